"""E: exponential decay."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import GAMMA, Hyperparameters, Method, Param

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_GAMMA = 0.96


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr gamma^n in epoch n, whatever the budget."""
    from torch.optim.lr_scheduler import ExponentialLR

    return ExponentialLR(optimizer, gamma=hyperparameters.get("gamma", DEFAULT_GAMMA))


METHOD = Method(
    code="E",
    name="ExponentialLR",
    family="Traditional",
    order=4,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (Param("gamma", 0.9, 0.99),),
    settings={"gamma": GAMMA},
    defaults={"gamma": DEFAULT_GAMMA},
    budget_free=lambda hyperparameters: True,
)
