"""WSD-linear: warm-up, a constant rate, and a linear cooldown."""

from epochbudget.methods.base import Method
from epochbudget.methods.cooldown import DEFAULTS, SETTINGS, cooldown_start, linear, with_cooldown
from epochbudget.methods.ramp import ramp

METHOD = Method(
    code="WSD-linear",
    name="Warm-up, stable, linear decay",
    family="Catalogue",
    order=111,
    scheduler=with_cooldown(ramp, linear),
    settings=SETTINGS,
    defaults=DEFAULTS,
    trunk=cooldown_start,
)
