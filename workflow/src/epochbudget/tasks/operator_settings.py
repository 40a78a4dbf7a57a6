"""Settings that the tasks on the integral operator share."""

from pydantic import Field

from epochbudget.tasks.base import TaskSettings


class OperatorSettings(TaskSettings):
    """Which part of the data a model sees."""

    subset_ratio: float = Field(default=1.0, gt=0, le=1)
    """Share of the training functions and of the validation functions that is used: the first."""
    sensor_stride: int = Field(default=1, ge=1)
    """Every how many of the stored sensors the model reads."""
