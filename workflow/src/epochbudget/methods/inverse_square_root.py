"""ISR: inverse square root with warm-up and linear cooldown (arXiv 1706.03762, 2106.04560)."""

from dataclasses import replace
from math import sqrt

from epochbudget.methods.base import Hyperparameters
from epochbudget.methods.cooldown import with_cooldown
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp
from epochbudget.methods.wsd import METHOD as WSD
from epochbudget.methods.wsd_linear import fall


def trunk(epoch: int, hyperparameters: Hyperparameters) -> float:
    """The ramp of w epochs, then sqrt(w / (n + 1)) in epoch n; w is warmup_epochs, at least 1."""
    warmup = max(1, hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS))
    return min(ramp(epoch, hyperparameters), sqrt(warmup / (epoch + 1)))


METHOD = replace(
    WSD,
    code="ISR",
    name="Inverse square root, then cooldown",
    order=114,
    scheduler=with_cooldown(trunk, fall),
)
