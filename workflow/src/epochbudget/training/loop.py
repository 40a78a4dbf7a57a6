"""The training core: one run, epoch by epoch, as a pure function of its specification."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from epochbudget.methods.base import Method
from epochbudget.seeds import derive_seed
from epochbudget.tasks.base import Problem
from epochbudget.training.batches import epoch_order
from epochbudget.training.optimizers import make_optimizer


@dataclass(frozen=True)
class EpochResult:
    """What one epoch of a run gives; losses are means over batches.

    Attributes:
        train_loss: Mean of the training batches' losses, before each step.
        val_loss: Validation loss after the epoch.
        accuracy: Validation accuracy in 0..1, None for regression.
        lr: Learning rate of the epoch's first step.
    """

    train_loss: float
    val_loss: float
    accuracy: float | None
    lr: float

    @property
    def finite(self) -> bool:
        """Whether both losses are finite."""
        return math.isfinite(self.train_loss) and math.isfinite(self.val_loss)


class Trainer:
    """The state of one run.

    Independent random streams are derived from (seed, name), so that, for instance, another batch
    order leaves the initial weights as they are.

    Args:
        problem: Data, model and loss.
        method: Sets the learning rate.
        optimizer: "Adam" or "AdamW"; None for a method that brings its own.
        hyperparameters: The method's hyperparameters, "lr" among them.
        budget: Epochs for which the schedule is made; at least as many as will be trained.
        seed: The run's seed.
    """

    def __init__(
        self,
        problem: Problem,
        method: Method,
        optimizer: str | None,
        hyperparameters: Mapping[str, Any],
        budget: int,
        seed: int,
    ) -> None:
        self.problem = problem
        torch.manual_seed(derive_seed(seed, "initialisation"))
        self.model = problem.model()
        torch.manual_seed(derive_seed(seed, "layers"))  # for layers that draw, such as dropout
        self.order = _generator(seed, "batch order")
        self.augmentation = _generator(seed, "augmentation")
        self.optimizer = make_optimizer(self.model, method, optimizer, hyperparameters)
        steps = math.ceil(problem.train_size / problem.batch_size)
        self.scheduler = (
            method.scheduler(self.optimizer, hyperparameters, budget, steps)
            if method.scheduler
            else None
        )
        self.per_batch = method.per_batch

    def train_epoch(self) -> EpochResult:
        """Train for one epoch, then validate."""
        lr = self.lr
        parts = [torch.split(tensor, self.problem.batch_size) for tensor in self.epoch()]
        losses = [self._step(*batch) for batch in zip(*parts, strict=True)]
        self.model.eval()
        with torch.no_grad():
            val_loss, accuracy = self.problem.validate(self.model)
        self.model.train()
        # After the validation, as in the authors' code: a schedule may change more than the rate.
        self.after_epoch()
        return EpochResult(
            train_loss=torch.stack(losses).double().mean().item(),
            val_loss=val_loss.item(),
            accuracy=None if accuracy is None else accuracy.item(),
            lr=lr,
        )

    @property
    def lr(self) -> float:
        """Learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def epoch(self) -> tuple[Tensor, ...]:
        """Draw the next epoch: tensors (N, ...), whose rows are its samples in their order."""
        order = epoch_order(self.problem.train_size, self.order)
        return self.problem.epoch(order, self.augmentation)

    def after_step(self) -> None:
        """Move a schedule that moves with every step."""
        if self.scheduler and self.per_batch:
            self.scheduler.step()

    def after_epoch(self) -> None:
        """Move a schedule that moves once an epoch."""
        if self.scheduler and not self.per_batch:
            self.scheduler.step()

    def _step(self, *batch: Tensor) -> Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.problem.train_loss(self.model, *batch)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.after_step()
        return loss.detach()

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
            "order": self.order.get_state(),
            "augmentation": self.augmentation.get_state(),
            "layers": torch.get_rng_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue where `state_dict` was taken: the rest of the run is the same, bit for bit."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler:
            self.scheduler.load_state_dict(state["scheduler"])
        self.order.set_state(state["order"])
        self.augmentation.set_state(state["augmentation"])
        torch.set_rng_state(state["layers"])


def _generator(seed: int, name: str) -> Generator:
    return Generator().manual_seed(derive_seed(seed, name))
