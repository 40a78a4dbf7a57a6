"""WSD-linear: warm-up, a constant rate, and a linear cooldown."""

from dataclasses import replace

from epochbudget.methods.cooldown import with_cooldown
from epochbudget.methods.ramp import ramp
from epochbudget.methods.wsd import METHOD as WSD


def fall(progress: float) -> float:
    """As steep all the time."""
    return 1 - progress


METHOD = replace(
    WSD,
    code="WSD-linear",
    name="Warm-up, stable, linear decay",
    order=111,
    scheduler=with_cooldown(ramp, fall),
)
