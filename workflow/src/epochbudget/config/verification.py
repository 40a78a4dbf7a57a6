"""The configuration of `snakemake verify`: what counts as equal to a published number."""

from typing import Annotated

from pydantic import Field

from epochbudget.config.base import Section

Size = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Margins(Section):
    """Largest differences that count as none, fixed before any run.

    Each is half the median distance between neighbouring methods in the paper's tables, to one
    digit: where both move by less, they keep their order. Relative distances are those to the
    smaller magnitude.
    """

    final_val_loss: Size = 0.07
    """In log10; 0.07 is a factor of 1.17."""
    final_accuracy: Size = 0.0007
    """In accuracy (0..1)."""
    slcd: Size = 0.2
    """Relative to the published value."""
    power_regression_A: Size = 0.05
    """Relative to the published value."""
    power_regression_B: Size = 0.2
    """Relative to the published value."""
    power_regression_R2: Size = 0.02
    """In R2."""
    power_regression_adjR2: Size = 0.02
    """In adjusted R2."""
    power_regression_p: Size = 0.008
    """In p."""
    percent_improvement_mean: Size = 6.0
    """In percentage points."""
    percent_improvement_std: Size = 4.0
    """In percentage points."""
    accuracy_gain_mean: Size = 0.04
    """Relative to the published value."""
    accuracy_gain_std: Size = 0.05
    """Relative to the published value."""


class Verification(Section):
    """How a run's numbers are judged against the published ones."""

    margins: Margins = Margins()
    """Largest differences that count as none, fixed before any run: each is half the median
    distance between neighbouring methods in the paper's tables, to one digit."""
