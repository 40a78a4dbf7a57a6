"""WSD-cosine: warm-up, a constant rate, and a cooldown along half a cosine wave."""

from math import cos, pi

from epochbudget.methods.base import Method
from epochbudget.methods.cooldown import DEFAULTS, SETTINGS, cooldown_start, with_cooldown
from epochbudget.methods.ramp import ramp


def fall(progress: float) -> float:
    """Steep in its middle."""
    return (1 + cos(pi * progress)) / 2


METHOD = Method(
    code="WSD-cosine",
    name="Warm-up, stable, cosine decay",
    family="Catalogue",
    order=112,
    scheduler=with_cooldown(ramp, fall),
    settings=SETTINGS,
    defaults=DEFAULTS,
    trunk=cooldown_start,
)
