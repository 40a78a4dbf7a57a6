"""P: polynomial decay to zero."""

from math import inf
from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method, Param, Setting

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_POWER = 0.5


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr (1 - n/N)^power in epoch n of N."""
    from torch.optim.lr_scheduler import PolynomialLR

    power = hyperparameters.get("power", DEFAULT_POWER)
    return PolynomialLR(optimizer, total_iters=budget, power=power)


METHOD = Method(
    code="P",
    name="PolynomialLR",
    family="Traditional",
    order=2,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (Param("power", 0.5, 3.0),),
    settings={"power": Setting(float, "a number of at least 0", lambda value: 0 <= value < inf)},
    defaults={"power": DEFAULT_POWER},
)
