"""Integral_MLP: DeepONet learns the integral operator."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from epochbudget.tasks.base import Problem, Task
from epochbudget.tasks.operator_settings import OperatorSettings

if TYPE_CHECKING:
    from torch import device


class IntegralMLPSettings(OperatorSettings):
    """DeepONet on the integral operator."""

    hidden: int = Field(default=64, ge=1)
    """Units of every hidden layer of branch and trunk."""
    hidden_layers: int = Field(default=2, ge=1)
    """Hidden layers of branch and trunk."""
    features: int = Field(default=20, ge=1)
    """Length of the inner product of branch and trunk."""
    train_bias: bool = True
    """Train the bias; the published runs (on a GPU) left it at its random start."""
    batch_size: int = Field(default=64, ge=1)
    """Functions per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""


def problem(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
    """The operator's data, DeepONet and the squared error.

    Raises:
        UserError: If the file is unreadable or too small.
    """
    from epochbudget.models.deeponet import DeepONet
    from epochbudget.tasks.problems.operator_data import operator_problem

    chosen = IntegralMLPSettings.model_validate(settings)
    return operator_problem(
        path,
        lambda sensors, queries: DeepONet(
            sensors, chosen.hidden, chosen.hidden_layers, chosen.features, chosen.train_bias
        ),
        chosen,
        device,
    )


TASKS = (Task("Integral_MLP", "integral", "Integral_MLP", IntegralMLPSettings, False, problem),)
