"""LW: linear warm-up, then a constant rate."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import WARMUP_EPOCHS, Hyperparameters, Method, Param
from epochbudget.methods.ramp import DEFAULT_WARMUP_EPOCHS, ramp

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr/w, 2 lr/w, ..., lr in the first w = warmup_epochs epochs, then lr."""
    from torch.optim.lr_scheduler import LinearLR

    warmup = int(hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS))
    first = ramp(0, hyperparameters)
    return LinearLR(optimizer, start_factor=first, total_iters=max(0, warmup - 1))


METHOD = Method(
    code="LW",
    name="Linear warm-up",
    family="Catalogue",
    order=104,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param("warmup_epochs", 1, max(2, epochs // 5), step=1),
    ),
    settings={"warmup_epochs": WARMUP_EPOCHS},
    defaults={"warmup_epochs": DEFAULT_WARMUP_EPOCHS},
    budget_free=lambda hyperparameters: True,
)
