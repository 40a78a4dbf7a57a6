"""The run of a range test, step by step."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from epochbudget.errors import UserError
from epochbudget.methods.base import Hyperparameters, Method
from epochbudget.tasks.base import Problem
from epochbudget.training.loop import Trainer
from epochbudget.training.sgd import optimizer as sgd_optimizer

LEAST_EPOCHS, USUAL_STEPS, LEAST_STEPS = 3, 100, 20


def _rising(
    optimizer: Optimizer, hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> LambdaLR:
    """From low to high over all steps, by the same factor in each."""
    ratio = hyperparameters["high"] / hyperparameters["low"]
    last = max(1, budget * steps_per_epoch - 1)
    return LambdaLR(optimizer, lambda step: ratio ** (step / last))


RISING = Method("rising", "Range test", "Plug-in", 0, _rising, per_batch=True)


class RangeTest(Trainer):
    """A run that keeps the loss and the rate of each step, and validates nothing."""

    def steps(self) -> Iterator[tuple[float, float]]:
        """(rate, loss) of each step of an epoch."""
        parts = [torch.split(tensor, self.problem.batch_size) for tensor in self.epoch()]
        rates: list[float] = []
        losses: list[Tensor] = []
        for batch in zip(*parts, strict=True):
            rates.append(self.lr)
            losses.append(self._step(*batch))
        return zip(rates, torch.stack(losses).double().tolist(), strict=True)


def measure(
    problem: Problem,
    optimizer: str,
    low: float,
    high: float,
    epochs: int | None,
    seed: int,
    sgd: Mapping[str, float] | None = None,
) -> list[tuple[float, float]]:
    """(rate, training loss) of each step of a range test.

    Args:
        problem: Data, model and loss.
        optimizer: The configuration's name of it.
        low: Rate of the first step.
        high: Rate of the last step.
        epochs: Length of the test; None for three, or more until there are 100 steps.
        seed: The run's seed.
        sgd: Hyperparameters of SGD, if that is the optimizer.

    Raises:
        UserError: If that is too few steps.
    """
    per_epoch = math.ceil(problem.train_size / problem.batch_size)
    epochs = epochs or max(LEAST_EPOCHS, math.ceil(USUAL_STEPS / per_epoch))
    if epochs * per_epoch < LEAST_STEPS:
        raise UserError(
            f"found {epochs * per_epoch} steps in {epochs} epochs, allowed are at least "
            f"{LEAST_STEPS} steps",
            f"an epoch has {per_epoch}: give more --epochs",
        )
    method = replace(RISING, optimizer=sgd_optimizer) if sgd else RISING
    hyperparameters = {"lr": low, "low": low, "high": high, **(sgd or {})}
    trainer = RangeTest(problem, method, optimizer, hyperparameters, epochs, seed)
    return [step for _ in range(epochs) for step in trainer.steps()]
