"""The cooldown at the end of WSD-like schedules (arXiv 2404.06395, 2405.18392)."""

from collections.abc import Callable
from math import floor
from typing import TYPE_CHECKING

from epochbudget.methods.base import COOLDOWN_SHARE, WARMUP_EPOCHS, Hyperparameters
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from epochbudget.methods.base import Scheduler

DEFAULT_COOLDOWN_SHARE = 0.2
SETTINGS = {"warmup_epochs": WARMUP_EPOCHS, "cooldown_share": COOLDOWN_SHARE}
DEFAULTS = {"warmup_epochs": DEFAULT_WARMUP_EPOCHS, "cooldown_share": DEFAULT_COOLDOWN_SHARE}
"""Of methods with a warm-up and a cooldown."""


def cooldown_start(budget: int, hyperparameters: Hyperparameters) -> int:
    """The number of epochs before the cooldown, which are the same in every longer run.

    The cooldown lasts cooldown_share of the budget in whole epochs, half an epoch rounded up, and
    at least one epoch.
    """
    share = hyperparameters.get("cooldown_share", DEFAULT_COOLDOWN_SHARE)
    return budget - max(1, floor(share * budget + 0.5))


def cooldown_progress(epoch: int, budget: int, hyperparameters: Hyperparameters) -> float:
    """The share of the cooldown that has passed when an epoch begins: 0 in its first epoch.

    It would be 1 in the epoch after the run.
    """
    start = cooldown_start(budget, hyperparameters)
    return max(0, epoch - start) / (budget - start)


def linear(progress: float) -> float:
    """The fall of a linear cooldown: as steep all the time."""
    return 1 - progress


def with_cooldown(
    trunk: Callable[[int, Hyperparameters], float], fall: Callable[[float], float]
) -> "Scheduler":
    """What builds a schedule that falls at its end.

    Args:
        trunk: The rate over lr from (epoch, hyperparameters), whatever the budget; what it does
            in the epochs of the cooldown goes on there.
        fall: The factor on it from the progress of the cooldown; 1 at 0.
    """

    def scheduler(
        optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
    ) -> "LRScheduler":
        from torch.optim.lr_scheduler import LambdaLR

        def factor(epoch: int) -> float:
            progress = cooldown_progress(epoch, budget, hyperparameters)
            return trunk(epoch, hyperparameters) * fall(progress)

        return LambdaLR(optimizer, factor)

    return scheduler
