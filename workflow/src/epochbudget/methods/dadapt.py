"""DAdapt: a learning-rate-free optimizer."""

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method, Param, Setting

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

DEFAULT_GROWTH_RATE = inf


def optimizer(parameters: "Iterable[Tensor]", hyperparameters: Hyperparameters) -> "Optimizer":
    """Adam with D-adaptation; growth_rate bounds how fast its estimate of the distance grows."""
    from dadaptation import DAdaptAdam

    growth_rate = hyperparameters.get("growth_rate", DEFAULT_GROWTH_RATE)
    built: Optimizer = DAdaptAdam(parameters, lr=1.0, growth_rate=growth_rate)
    return built


METHOD = Method(
    code="DAdapt",
    name="D-Adapt Adam",
    family="LR-free",
    order=15,
    scheduler=None,
    search=lambda epochs, steps_per_epoch: (Param("growth_rate", 1.01, 2.0),),
    settings={"growth_rate": Setting(float, "a number above 1, or inf", lambda value: value > 1)},
    budget_free=lambda hyperparameters: True,
    optimizer=optimizer,
    lr_free=True,
)
