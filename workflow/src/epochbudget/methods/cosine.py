"""C: cosine decay without restarts."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, Hyperparameters, Method
from epochbudget.methods.infimum import infimum_lr
from epochbudget.methods.spaces import infimum_search

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """Half a cosine wave from lr down to infimum_lr at the end of the budget."""
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return CosineAnnealingLR(optimizer, T_max=budget, eta_min=infimum_lr(hyperparameters))


METHOD = Method(
    code="C",
    name="CosineAnnealingLR",
    family="Traditional",
    order=3,
    scheduler=scheduler,
    search=infimum_search,
    settings={"infimum_lr": INFIMUM_LR},
)
