"""The cooldown at the end of WSD-like schedules (arXiv 2404.06395, 2405.18392)."""

from math import floor

from epochbudget.methods.base import Hyperparameters

DEFAULT_COOLDOWN_SHARE = 0.2


def cooldown_start(budget: int, hyperparameters: Hyperparameters) -> int:
    """The number of epochs before the cooldown, which are the same in every longer run.

    The cooldown lasts cooldown_share of the budget in whole epochs, half an epoch rounded up, and
    at least one epoch.
    """
    share = hyperparameters.get("cooldown_share", DEFAULT_COOLDOWN_SHARE)
    return budget - max(1, floor(share * budget + 0.5))


def cooldown_progress(epoch: int, budget: int, hyperparameters: Hyperparameters) -> float:
    """The share of the cooldown that has passed when an epoch begins: 0 in its first epoch."""
    start = cooldown_start(budget, hyperparameters)
    return max(0, epoch - start) / (budget - start)
