"""What a task is, and what the training core needs of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from epochbudget.config.base import Section

if TYPE_CHECKING:
    from torch import Generator, Tensor, device, nn

    Model = Callable[..., Tensor]


class TaskSettings(Section):
    """Settings that every task has."""

    lr: float
    """Default learning rate, where no study chooses one."""
    batch_size: int
    """Samples per optimizer step."""


class Problem(Protocol):
    """Data, model and loss of one task, resident on one device.

    A model is anything that is called like the module which `model` makes, for example with other
    parameters in its place.
    """

    train_size: int
    """Number of training samples."""
    batch_size: int

    def model(self) -> "nn.Module":
        """A freshly initialised model on the device, drawn from torch's global CPU generator."""

    def epoch(self, order: "Tensor", augmentation: "Generator") -> "tuple[Tensor, ...]":
        """What an epoch in the sample `order` (N, int64, CPU) is made of: tensors (N, ...) on the
        device, in that order. The same rows of each are a batch.

        Random augmentation draws from `augmentation`, a CPU generator, and from nothing else.
        """

    def train_loss(self, model: "Model", *batch: "Tensor") -> "Tensor":
        """Mean loss (scalar, differentiable) of one batch (B, ...) of an epoch's tensors."""

    def validate(self, model: "Model") -> "tuple[Tensor, Tensor | None]":
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
