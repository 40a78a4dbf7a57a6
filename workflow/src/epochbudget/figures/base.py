"""What a figure is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

SMOOTHED_BEFORE_CUT = (
    "Even the constant rate N, whose curves are the same at every budget, need not stand at "
    "exactly 0: curves are smoothed before they are cut at the shorter budget, so the last epochs "
    "that are compared know what follows in the longer curve."
)
"""Part of the caption of every figure of SLCD."""


@dataclass(frozen=True)
class Drawing:
    """One picture of a kind: the files it is drawn from and the settings it depends on.

    Attributes:
        inputs: Files it reads, as paths relative to the working folder.
        options: JSON values that the picture depends on, besides its inputs.
        labels: Labels of the curves or models that it shows (ending in _ACC for accuracies); none
            if it shows no model. By these and the next, readers find it.
        codes: Codes of the methods that it shows; none if it shows no method.
        kind: Name of its kind; filled in by the experiment.
    """

    inputs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class CurveFiles:
    """Exported curves, a run's own or the authors', and what a picture of them says at its foot.

    Attributes:
        run: Name of the run.
        seeds: Number of seeds.
        budgets: In epochs.
        paths: Label of the curves (ending in _ACC for accuracies) -> code of the method, in the
            registry's order -> file in the published format.
    """

    run: str
    seeds: int
    budgets: tuple[int, ...]
    paths: Mapping[str, Mapping[str, str]]

    @property
    def judged(self) -> tuple[str, ...]:
        """The labels by which models are judged: by accuracy where there is one, else by loss."""
        return tuple(label for label in self.paths if f"{label}_ACC" not in self.paths)


@dataclass(frozen=True)
class Figure:
    """One kind of figure.

    Attributes:
        kind: Name of the kind.
        drawings: The pictures of this kind in an experiment, by the name of their file (without
            suffix).
        draw: Draws one picture from (options, inputs).
        title: What readers call the kind, e.g. "Learning curves".
        caption: What they see on such a picture and how it was computed, in a few plain sentences.
        order: Place of the kind among the others, ascending.
        of_curves: The pictures of this kind that exported curves are enough for.
        of_groups: Whether it shows the groups of methods that the configuration names.
    """

    kind: str
    drawings: "Callable[[Experiment], dict[str, Drawing]]"
    draw: "Callable[[Mapping[str, Any], Sequence[Path]], Canvas]"
    title: str
    caption: str
    order: int = 100
    of_curves: Callable[[CurveFiles], dict[str, Drawing]] = lambda files: {}
    of_groups: bool = False
