"""NC: a constant rate and a linear cooldown (arXiv 2405.18392)."""

from epochbudget.methods.base import COOLDOWN_SHARE, Hyperparameters, Method
from epochbudget.methods.cooldown import (
    DEFAULT_COOLDOWN_SHARE,
    cooldown_start,
    linear,
    with_cooldown,
)


def trunk(epoch: int, hyperparameters: Hyperparameters) -> float:
    """Constant."""
    return 1.0


METHOD = Method(
    code="NC",
    name="Constant, then cooldown",
    family="Catalogue",
    order=113,
    scheduler=with_cooldown(trunk, linear),
    settings={"cooldown_share": COOLDOWN_SHARE},
    defaults={"cooldown_share": DEFAULT_COOLDOWN_SHARE},
    trunk=cooldown_start,
)
