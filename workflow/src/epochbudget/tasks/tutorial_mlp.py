"""Tutorial_MLP: a perceptron on random vectors, to compare schedules in a minute."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from epochbudget.tasks.base import Problem, Task, TaskSettings

if TYPE_CHECKING:
    from torch import device


class TutorialMLPSettings(TaskSettings):
    """Perceptron on the tutorial's random vectors."""

    hidden: int = Field(default=128, ge=1)
    """Units of the hidden layer."""
    batch_size: int = Field(default=128, ge=1)
    """Samples per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""


def problem(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
    """The vectors, the perceptron and cross entropy.

    Raises:
        UserError: If the file is unreadable.
    """
    from epochbudget.data.generators.vectors import read_vectors
    from epochbudget.models.perceptron import Perceptron
    from epochbudget.tasks.problems.vectors import VectorProblem

    chosen = TutorialMLPSettings.model_validate(settings)
    stored = read_vectors(path)
    return VectorProblem(
        lambda: Perceptron(hidden=chosen.hidden), stored, chosen.batch_size, device
    )


TASKS = (Task("Tutorial_MLP", "tutorial", "Tutorial_MLP", TutorialMLPSettings, True, problem),)
