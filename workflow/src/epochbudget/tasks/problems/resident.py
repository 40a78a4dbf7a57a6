"""A problem whose data stand on the device: the parts that every task shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

Model = Callable[..., Tensor]


class ResidentProblem(ABC):
    """The base of all problems (see `epochbudget.tasks.base.Problem`).

    Args:
        build: Makes a model on the CPU, drawing from torch's global generator, so that the
            initialisation is the same on every device.
        train_size: Number of training samples.
        validation_size: Number of validation samples.
        batch_size: Samples per optimizer step, and per mean of the validation loss.
        device: Where the data and the model stand.
        validation_batches: How many batches the validation passes through the model at once.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        train_size: int,
        validation_size: int,
        batch_size: int,
        device: torch.device,
        validation_batches: int = 4,
    ) -> None:
        self.build = build
        self.train_size = train_size
        self.validation_size = validation_size
        self.batch_size = batch_size
        self.device = device
        self.validation_batches = validation_batches

    def model(self) -> nn.Module:
        """A freshly initialised model on the device."""
        return self.build().to(self.device)

    def epoch(self, order: Tensor, augmentation: Generator) -> tuple[Tensor, ...]:
        """The order itself, on the device: one copy an epoch, so that no step waits for the CPU."""
        return (order.to(self.device),)

    @abstractmethod
    def train_loss(self, model: Model, *batch: Tensor) -> Tensor:
        """Mean loss of one batch of an epoch's tensors."""

    @abstractmethod
    def validation_scores(self, model: Model, rows: slice) -> tuple[Tensor, Tensor | None]:
        """(losses (n,), whether each answer is correct (n,) or None) of the validation samples."""

    def validate(self, model: Model) -> tuple[Tensor, Tensor | None]:
        """(loss, accuracy or None) on the validation data, as scalars on the device.

        The loss is the mean of the batches' means: a smaller last batch weighs the same (paper
        protocol). Several batches pass through the model at once, which saves time and changes
        nothing but rounding. Nothing is copied to the CPU, so a GPU is not made to wait.
        """
        size = self.batch_size * self.validation_batches
        scores = [
            self.validation_scores(model, slice(start, min(start + size, self.validation_size)))
            for start in range(0, self.validation_size, size)
        ]
        losses = torch.cat([losses for losses, _ in scores])
        loss = torch.stack([b.mean() for b in torch.split(losses, self.batch_size)]).mean()
        correct = [answers for _, answers in scores if answers is not None]
        # In float64, so that the tables show 0.205 and not its nearest float32.
        return loss, torch.cat(correct).double().mean() if correct else None
