"""ISR: inverse square root with warm-up and linear cooldown (arXiv 1706.03762, 2106.04560)."""

from math import sqrt

from epochbudget.methods.base import Hyperparameters, Method
from epochbudget.methods.cooldown import DEFAULTS, SETTINGS, cooldown_start, linear, with_cooldown
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp


def trunk(epoch: int, hyperparameters: Hyperparameters) -> float:
    """The ramp of w epochs, then sqrt(w / (n + 1)) in epoch n; w is warmup_epochs, at least 1."""
    warmup = max(1, hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS))
    return min(ramp(epoch, hyperparameters), sqrt(warmup / (epoch + 1)))


METHOD = Method(
    code="ISR",
    name="Inverse square root, then cooldown",
    family="Catalogue",
    order=114,
    scheduler=with_cooldown(trunk, linear),
    settings=SETTINGS,
    defaults=DEFAULTS,
    trunk=cooldown_start,
)
