"""NC: a constant rate and a linear cooldown (arXiv 2405.18392)."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import COOLDOWN_SHARE, Hyperparameters, Method
from epochbudget.methods.cooldown import DEFAULT_COOLDOWN_SHARE, cooldown_progress, cooldown_start

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr times 1 - p in the cooldown, the last cooldown_share of the budget.

    p is 0 in the cooldown's first epoch and would be 1 in the epoch after the run.
    """
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, lambda epoch: 1 - cooldown_progress(epoch, budget, hyperparameters))


METHOD = Method(
    code="NC",
    name="Constant, then cooldown",
    family="Catalogue",
    order=113,
    scheduler=scheduler,
    settings={"cooldown_share": COOLDOWN_SHARE},
    defaults={"cooldown_share": DEFAULT_COOLDOWN_SHARE},
    trunk=cooldown_start,
)
