"""Prodigy: a learning-rate-free optimizer."""

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method, Param, Setting

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

DEFAULT_D_COEF = 1.0


def optimizer(parameters: "Iterable[Tensor]", hyperparameters: Hyperparameters) -> "Optimizer":
    """Prodigy, which estimates the distance to the solution; d_coef scales the estimate."""
    from prodigyopt import Prodigy

    d_coef = hyperparameters.get("d_coef", DEFAULT_D_COEF)
    built: Optimizer = Prodigy(parameters, lr=1.0, d_coef=d_coef)
    return built


METHOD = Method(
    code="Prodigy",
    name="Prodigy",
    family="LR-free",
    order=14,
    scheduler=None,
    search=lambda epochs, steps_per_epoch: (Param("d_coef", 0.1, 10.0, log=True),),
    settings={"d_coef": Setting(float, "a number above 0", lambda value: 0 < value < inf)},
    defaults={"d_coef": DEFAULT_D_COEF},
    budget_free=lambda hyperparameters: True,
    optimizer=optimizer,
    lr_free=True,
)
