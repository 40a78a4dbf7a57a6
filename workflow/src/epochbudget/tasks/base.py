"""What a task is, and what the training core needs of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from epochbudget.config.base import Section

if TYPE_CHECKING:
    from torch import Generator, Tensor, device, nn


class TaskSettings(Section):
    """Settings that every task has."""

    lr: float
    """Default learning rate, where no study chooses one."""
    batch_size: int
    """Samples per optimizer step."""


class Problem(Protocol):
    """Data, model and loss of one task, resident on one device."""

    train_size: int
    """Number of training samples."""
    batch_size: int

    def model(self) -> "nn.Module":
        """A freshly initialised model on the device, drawn from torch's global CPU generator."""

    def train_loss(
        self, model: "nn.Module", index: "Tensor", augmentation: "Generator"
    ) -> "Tensor":
        """Mean loss (scalar, differentiable) of the training samples `index` (B, int64, CPU).

        Random augmentation draws from `augmentation`, a CPU generator, and from nothing else.
        """

    def validate(self, model: "nn.Module") -> "tuple[Tensor, Tensor | None]":
        """(loss, accuracy or None), scalars on the device: loss is the mean over batches of the
        batch means, so that a smaller last batch weighs the same (paper protocol).
        """


@dataclass(frozen=True)
class Task:
    """One model on one data set.

    Attributes:
        label: Name in files and tables, as in the published curves.
        dataset: Name of the data set.
        section: Section of `tasks:` in the configuration that holds its settings.
        settings: The pydantic model of that section.
        classification: Whether accuracy is measured.
        problem: Builds the problem from (settings, data file, device).
    """

    label: str
    dataset: str
    section: str
    settings: type[TaskSettings]
    classification: bool
    problem: "Callable[[Mapping[str, Any], Path, device], Problem]"
