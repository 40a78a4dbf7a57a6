"""The damped oscillator (paper: LSTM task): trajectories by Newmark's method."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class OscillatorSettings(Section):
    """Settings of the oscillator's trajectories; the defaults are the paper's."""

    dampings: tuple[Annotated[float, Field(ge=0)], ...] = Field((0.0, 0.01, 0.02), min_length=1)
    """Damping ratios zeta, one trajectory each."""
    mass: float = Field(1.0, gt=0)
    """Mass m."""
    stiffness: float = Field(200.0, gt=0)
    """Stiffness k."""
    x0: float = 0.1
    """Displacement at time 0."""
    v0: float = 0.0
    """Velocity at time 0."""
    dt: float = Field(1e-3, gt=0)
    """Time step."""
    duration: float = Field(10.0, gt=0)
    """Last time; each trajectory has duration / dt + 1 points."""

    @model_validator(mode="after")
    def _check(self) -> "OscillatorSettings":
        # Tasks tell trajectories apart by their damping.
        if len(set(self.dampings)) < len(self.dampings):
            raise ValueError("dampings must differ from each other")
        # Written as products, because a quotient may overflow.
        if not self.dt <= self.duration <= 1e9 * self.dt:
            raise ValueError("duration must be 1 to 1e9 times dt")
        return self


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write the trajectories, one after another, to a Parquet file with columns t, x, v, a, zeta.

    Args:
        settings: The fields of OscillatorSettings.
        path: The file.
    """
    from epochbudget.data.generators.newmark import trajectories
    from epochbudget.data.generators.parquet import write_columns

    columns = trajectories(**OscillatorSettings.model_validate(settings).model_dump())
    write_columns(path, columns)


DATASET = Dataset("oscillator", ".parquet", OscillatorSettings, write)
