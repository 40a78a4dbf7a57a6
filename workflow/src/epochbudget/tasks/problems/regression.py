"""Regression problems: resident samples, a loss function, nothing random."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor, nn

from epochbudget.tasks.problems.resident import Model, ResidentProblem


class Samples(Protocol):
    """Samples that are picked by position."""

    def __len__(self) -> int:
        """Number of samples."""

    def __getitem__(self, rows: Tensor | slice) -> tuple[tuple[Tensor, ...], Tensor]:
        """(arguments of the model, target) of the samples `rows`; an index is on the device."""


class OperatorSamples:
    """Functions u (F, S) and G(u) (F, Q), all asked for at the same points y (Q,)."""

    def __init__(self, sensors: Tensor, targets: Tensor, queries: Tensor) -> None:
        self.sensors = sensors
        self.targets = targets
        self.queries = queries

    def __len__(self) -> int:
        """Number of functions."""
        return len(self.sensors)

    def __getitem__(self, rows: Tensor | slice) -> tuple[tuple[Tensor, ...], Tensor]:
        """((u (B, S), y (Q,)), G(u) (B, Q)) of the functions `rows`."""
        return (self.sensors[rows], self.queries), self.targets[rows]


class RegressionProblem(ResidentProblem):
    """Samples, a model and a loss function.

    Args:
        build: Makes a model on the CPU.
        train: Training samples, on the device.
        validation: Validation samples, on the device.
        loss: Loss of (predictions, targets), element by element with reduction="none" and their
            mean without.
        batch_size: Samples per batch.
        device: Where everything stands.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        train: Samples,
        validation: Samples,
        loss: Callable[..., Tensor],
        batch_size: int,
        device: torch.device,
    ) -> None:
        super().__init__(build, len(train), len(validation), batch_size, device)
        self.train = train
        self.validation = validation
        self.loss = loss

    def train_loss(self, model: Model, *batch: Tensor) -> Tensor:
        """Mean loss of the training samples (B,) whose positions are the batch."""
        (index,) = batch
        arguments, target = self.train[index]
        return self.loss(model(*arguments), target)

    def validation_scores(self, model: Model, rows: slice) -> tuple[Tensor, None]:
        """(losses (n,), None) of the validation samples `rows`."""
        arguments, target = self.validation[rows]
        return self.loss(model(*arguments), target, reduction="none").flatten(1).mean(1), None
