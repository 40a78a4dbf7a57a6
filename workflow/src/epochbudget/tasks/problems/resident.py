"""A problem whose data stand on the device: the parts that every task shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn


class ResidentProblem(ABC):
    """The base of all problems (see `epochbudget.tasks.base.Problem`).

    Args:
        build: Makes a model on the CPU, drawing from torch's global generator, so that the
            initialisation is the same on every device.
        train_size: Number of training samples.
        validation_size: Number of validation samples.
        batch_size: Samples per optimizer step and per batch of the validation.
        device: Where the data and the model stand.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        train_size: int,
        validation_size: int,
        batch_size: int,
        device: torch.device,
    ) -> None:
        self.build = build
        self.train_size = train_size
        self.validation_size = validation_size
        self.batch_size = batch_size
        self.device = device

    def model(self) -> nn.Module:
        """A freshly initialised model on the device."""
        return self.build().to(self.device)

    @abstractmethod
    def train_loss(self, model: nn.Module, index: Tensor, augmentation: Generator) -> Tensor:
        """Mean loss of the training samples `index` (B,), an int64 tensor on the CPU."""

    @abstractmethod
    def validation_scores(self, model: nn.Module, rows: slice) -> tuple[Tensor, Tensor | None]:
        """(mean loss, number of correct answers or None) of the validation samples `rows`."""

    def validate(self, model: nn.Module) -> tuple[Tensor, Tensor | None]:
        """(loss, accuracy or None) on the validation data, as scalars on the device.

        The loss is the mean of the batches' means: a smaller last batch weighs the same (paper
        protocol). Nothing is copied to the CPU, so a GPU is not made to wait. The model is in
        training mode afterwards.
        """
        starts = range(0, self.validation_size, self.batch_size)
        model.eval()
        with torch.no_grad():
            scores = [
                self.validation_scores(
                    model, slice(start, min(start + self.batch_size, self.validation_size))
                )
                for start in starts
            ]
        model.train()
        loss = torch.stack([loss for loss, _ in scores]).mean()
        correct = [count for _, count in scores if count is not None]
        if not correct:
            return loss, None
        # In float64, so that the tables show 0.205 and not its nearest float32.
        return loss, torch.stack(correct).sum().double() / self.validation_size
