"""WSD: warm-up, a constant rate, and a cooldown by 1 - sqrt(p) (arXiv 2405.18392)."""

from math import sqrt

from epochbudget.methods.base import COOLDOWN_SHARE, WARMUP_EPOCHS, Method
from epochbudget.methods.cooldown import DEFAULT_COOLDOWN_SHARE, cooldown_start, with_cooldown
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp


def fall(progress: float) -> float:
    """Steep at first."""
    return 1 - sqrt(progress)


METHOD = Method(
    code="WSD",
    name="Warm-up, stable, decay",
    family="Catalogue",
    order=110,
    scheduler=with_cooldown(ramp, fall),
    settings={"warmup_epochs": WARMUP_EPOCHS, "cooldown_share": COOLDOWN_SHARE},
    defaults={
        "warmup_epochs": DEFAULT_WARMUP_EPOCHS,
        "cooldown_share": DEFAULT_COOLDOWN_SHARE,
    },
    trunk=cooldown_start,
)
