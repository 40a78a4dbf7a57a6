"""WSD: warm-up, a constant rate, and a cooldown by 1 - sqrt(p) (arXiv 2405.18392)."""

from math import sqrt

from epochbudget.methods.base import Method
from epochbudget.methods.cooldown import DEFAULTS, SETTINGS, cooldown_start, with_cooldown
from epochbudget.methods.ramp import ramp


def fall(progress: float) -> float:
    """Steep at first."""
    return 1 - sqrt(progress)


METHOD = Method(
    code="WSD",
    name="Warm-up, stable, decay",
    family="Catalogue",
    order=110,
    scheduler=with_cooldown(ramp, fall),
    settings=SETTINGS,
    defaults=DEFAULTS,
    trunk=cooldown_start,
)
