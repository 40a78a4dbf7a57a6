"""The integral operator (paper: DeepONet and TraONet tasks): random functions, their integrals."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class IntegralSettings(Section):
    """Settings of the random functions and their integrals."""

    fields: int = Field(1000, ge=2)
    """Number of functions (paper: 10,000); the last fifth validates."""
    seed: int = Field(42, ge=0)
    """Seed of the functions; the paper's were drawn without one."""
    points: int = Field(1000, ge=3)
    """Points of [0, 1] on which a function is sampled and integrated."""
    length_scale_low: float = Field(0.1, gt=0)
    """Smallest length scale of the kernel, in units of the domain."""
    length_scale_high: float = Field(0.4, gt=0)
    """Largest length scale of the kernel."""
    queries: int = Field(50, ge=2)
    """Points of [0, 1] at which the integral is given, 0 and 1 included (paper: 100)."""
    sensor_every: int = Field(10, ge=1)
    """A model sees every so many-th point of a function, from the first on."""
    rounded_grids: bool = False
    """Round both grids to 3 decimals before integrating, as the authors' files have them."""
    chunk: int = Field(10_000, ge=1)
    """Functions in one row group of the file, in whole thousands. The values stay the same, but not
    the file, so all that is made of it is made again."""

    @model_validator(mode="after")
    def _check(self) -> "IntegralSettings":
        if self.length_scale_low > self.length_scale_high:
            raise ValueError("length_scale_low must not exceed length_scale_high")
        if self.length_scale_low < 1e-6 * (1 + self.length_scale_high):  # millions of modes
            raise ValueError("length_scale_low must be at least 1e-6 (1 + length_scale_high)")
        if self.rounded_grids and max(self.points, self.queries) > 1000:
            raise ValueError("rounded_grids needs points and queries of at most 1000")
        return self


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write sensors and targets of all functions to a Parquet file, in two passes.

    Args:
        settings: The fields of IntegralSettings.
        path: The file.
    """
    from epochbudget.data.generators.operator_set import write_operator_set

    write_operator_set(path, **IntegralSettings.model_validate(settings).model_dump())


DATASET = Dataset("integral", ".parquet", IntegralSettings, write)
