"""Runs that train one set of weights and validate an average of them (Schedule-Free)."""

from typing import Any, cast

import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from epochbudget.tasks.base import Problem
from epochbudget.training.loop import Trainer


class AveragedTrainer(Trainer):
    """A run whose optimizer has train() and eval(), which move the model to the other weights.

    Between epochs the model has the weights that are trained, which is what a checkpoint needs.
    """

    optimizer: Any

    def __init__(self, problem: Problem, *arguments: Any) -> None:
        super().__init__(problem, *arguments)
        self.optimizer.train()
        self.problem = cast("Problem", _AverageValidated(problem, self.optimizer))


class _AverageValidated:
    """A problem that is validated at the average, whose statistics of batch normalisation are taken
    from the batches of the epoch that has ended: so nothing is drawn for them.

    Args:
        problem: Does everything else.
        optimizer: Has train() and eval().
    """

    def __init__(self, problem: Problem, optimizer: Any) -> None:
        self._problem = problem
        self._optimizer = optimizer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._problem, name)

    def epoch(self, order: Tensor, augmentation: Generator) -> tuple[Tensor, ...]:
        self._drawn = self._problem.epoch(order, augmentation)
        return self._drawn

    def validate(self, model: nn.Module) -> tuple[Tensor, Tensor | None]:
        """(loss, accuracy or None) of the average; the model is in evaluation mode."""
        self._optimizer.eval()
        self._renew_statistics(model)
        scores = self._problem.validate(model)
        self._optimizer.train()
        return scores

    def _renew_statistics(self, model: nn.Module) -> None:
        """What torch.optim.swa_utils.update_bn does, without dropout."""
        layers = [m for m in model.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
        if not layers:
            return
        momenta = [layer.momentum for layer in layers]
        for layer in layers:
            layer.reset_running_stats()
            layer.train()
        parts = [torch.split(tensor, self._problem.batch_size) for tensor in self._drawn]
        for number, batch in enumerate(zip(*parts, strict=True), start=1):
            for layer in layers:
                layer.momentum = 1 / number  # so they become the mean over the batches
            self._problem.train_loss(model, *batch)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
            layer.eval()
