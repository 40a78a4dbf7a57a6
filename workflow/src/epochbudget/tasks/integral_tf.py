"""Integral_TF: a transformer learns the integral operator."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from epochbudget.tasks.base import Problem, Task
from epochbudget.tasks.operator_settings import OperatorSettings

if TYPE_CHECKING:
    from torch import device


class IntegralTFSettings(OperatorSettings):
    """TFONet (the paper's TraONet) on the integral operator."""

    subset_ratio: float = Field(default=0.16, gt=0, le=1)
    """Share of the training functions and of the validation functions that is used: the first."""
    sensor_stride: int = Field(default=10, ge=1)
    """Every how many of the stored sensors the model reads."""
    d_model: int = Field(default=16, ge=2, multiple_of=2)
    """Width of the embeddings, a multiple of `heads`."""
    heads: int = Field(default=2, ge=1)
    """Attention heads."""
    feedforward: int = Field(default=32, ge=1)
    """Hidden units of the feed-forward parts."""
    layers: int = Field(default=1, ge=1)
    """Layers of the encoder and of the decoder."""
    batch_size: int = Field(default=12, ge=1)
    """Functions per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""

    @model_validator(mode="after")
    def _check_heads(self) -> Self:
        if self.d_model % self.heads:
            raise ValueError(f"d_model ({self.d_model}) must be a multiple of heads ({self.heads})")
        return self


def problem(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
    """The operator's data, TFONet and the squared error.

    Raises:
        UserError: If the file is unreadable or too small.
    """
    from epochbudget.models.tfonet import TFONet
    from epochbudget.tasks.problems.operator_data import operator_problem

    chosen = IntegralTFSettings.model_validate(settings)
    return operator_problem(
        path,
        lambda sensors, queries: TFONet(
            sensors, queries, chosen.d_model, chosen.heads, chosen.feedforward, chosen.layers
        ),
        chosen,
        device,
    )


TASKS = (Task("Integral_TF", "integral", "Integral_TF", IntegralTFSettings, False, problem),)
