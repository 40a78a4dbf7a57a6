"""The learning rates of a method, without any training."""

from typing import TYPE_CHECKING

import torch

from epochbudget import light_torch
from epochbudget.errors import UserError

if TYPE_CHECKING:
    from epochbudget.methods.base import Hyperparameters, Method


def learning_rates(
    method: "Method", hyperparameters: "Hyperparameters", budget: int, steps_per_epoch: int
) -> list[float]:
    """The learning rate used in each optimizer step of a run.

    Args:
        method: The method; the rate of a learning-rate-free one is 1, which its optimizer scales.
        hyperparameters: lr, infimum_lr and whatever else is set.
        budget: Epochs of the run.
        steps_per_epoch: Optimizer steps in each epoch.

    Returns:
        `budget * steps_per_epoch` rates, in the order of the steps.

    Raises:
        UserError: If the method refuses the hyperparameters.
    """
    if method.steering:
        raise UserError(
            f"{method.code}: its rates are decided during the training, so there are none to show",
            "a run that has it draws them: snakemake --cores 2 --configfile config/lode.yaml",
        )
    if method.scheduler is None:
        rate = 1.0 if method.lr_free else float(hyperparameters["lr"])
        return [rate] * (budget * steps_per_epoch)
    light_torch.install()
    # AdamW, because torch's cyclic schedules need a momentum or beta1 to cycle.
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=hyperparameters["lr"])
    scheduler = method.scheduler(optimizer, hyperparameters, budget, steps_per_epoch)
    optimizer.step()  # torch warns when a scheduler steps before its optimizer ever did
    repeats = 1 if method.per_batch else steps_per_epoch
    rates: list[float] = []
    while True:
        rates += [float(optimizer.param_groups[0]["lr"])] * repeats
        if len(rates) == budget * steps_per_epoch:
            return rates
        # A schedule with feedback is told that every epoch is better than the one before.
        scheduler.step(*((-len(rates),) if method.feedback else ()))
