"""ISR: inverse square root with warm-up and linear cooldown (arXiv 1706.03762, 2106.04560)."""

from math import sqrt
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
    """The rate lr times the ramp, then lr sqrt(w / (n+1)), times 1 - p in the cooldown.

    w is warmup_epochs, at least 1; p is 0 in the first epoch of the cooldown, which is the last
    cooldown_share of the budget, and would be 1 in the epoch after the run.
    """
    from torch.optim.lr_scheduler import LambdaLR

    warmup = max(1, hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS))

    def factor(epoch: int) -> float:
        p = cooldown_progress(epoch, budget, hyperparameters)
        return min(ramp(epoch, hyperparameters), sqrt(warmup / (epoch + 1))) * (1 - p)

    return LambdaLR(optimizer, factor)


METHOD = Method(
    code="ISR",
    name="Inverse square root, then cooldown",
    family="Catalogue",
    order=114,
    scheduler=scheduler,
    settings={"warmup_epochs": WARMUP_EPOCHS, "cooldown_share": COOLDOWN_SHARE},
    defaults={
        "warmup_epochs": DEFAULT_WARMUP_EPOCHS,
        "cooldown_share": DEFAULT_COOLDOWN_SHARE,
    },
    trunk=cooldown_start,
)
