"""WSD-cosine: warm-up, a constant rate, and a cooldown along half a cosine wave."""

from math import cos, pi
from typing import TYPE_CHECKING

from epochbudget.methods.base import COOLDOWN_SHARE, WARMUP_EPOCHS, Hyperparameters, Method
from epochbudget.methods.cooldown import DEFAULT_COOLDOWN_SHARE, cooldown_progress, cooldown_start
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr times the ramp, times (1 + cos(pi p)) / 2 in the cooldown.

    The cooldown is the last cooldown_share of the budget; p is 0 in its first epoch and would be 1
    in the epoch after the run. A warm-up that is longer than what precedes it goes on in it.
    """
    from torch.optim.lr_scheduler import LambdaLR

    def factor(epoch: int) -> float:
        p = cooldown_progress(epoch, budget, hyperparameters)
        return ramp(epoch, hyperparameters) * (1 + cos(pi * p)) / 2

    return LambdaLR(optimizer, factor)


METHOD = Method(
    code="WSD-cosine",
    name="Warm-up, stable, cosine decay",
    family="Catalogue",
    order=112,
    scheduler=scheduler,
    settings={"warmup_epochs": WARMUP_EPOCHS, "cooldown_share": COOLDOWN_SHARE},
    defaults={
        "warmup_epochs": DEFAULT_WARMUP_EPOCHS,
        "cooldown_share": DEFAULT_COOLDOWN_SHARE,
    },
    trunk=cooldown_start,
)
