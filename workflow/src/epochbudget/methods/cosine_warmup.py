"""CW: warm-up along half a cosine wave, then a constant rate."""

from math import cos, pi
from typing import TYPE_CHECKING

from epochbudget.methods.base import WARMUP_EPOCHS, Hyperparameters, Method, Param
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr (1 - cos(pi r)) / 2, where r = 1/w, 2/w, ..., 1 in the first w epochs."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, lambda epoch: (1 - cos(pi * ramp(epoch, hyperparameters))) / 2)


METHOD = Method(
    code="CW",
    name="Cosine warm-up",
    family="Catalogue",
    order=105,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param("warmup_epochs", 1, max(2, epochs // 5), step=1),
    ),
    settings={"warmup_epochs": WARMUP_EPOCHS},
    defaults={"warmup_epochs": DEFAULT_WARMUP_EPOCHS},
    budget_free=lambda hyperparameters: True,
)
