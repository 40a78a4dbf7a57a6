"""WSD-cosine: warm-up, a constant rate, and a cooldown along half a cosine wave."""

from dataclasses import replace
from math import cos, pi

from epochbudget.methods.cooldown import with_cooldown
from epochbudget.methods.ramp import ramp
from epochbudget.methods.wsd import METHOD as WSD


def fall(progress: float) -> float:
    """Steep in its middle."""
    return (1 + cos(pi * progress)) / 2


METHOD = replace(
    WSD,
    code="WSD-cosine",
    name="Warm-up, stable, cosine decay",
    order=112,
    scheduler=with_cooldown(ramp, fall),
)
