"""CA: cosine annealing whose period is shorter than the run, so that it rises again."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, STEPS, Hyperparameters, Method, Param
from epochbudget.methods.infimum import infimum_lr
from epochbudget.methods.spaces import infimum_search

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


HALF_WAVES = 3
"""Down, up, and down again."""


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From lr down to infimum_lr in T_max epochs, up again in as many, and so on.

    T_max is a third of the budget unless set, rounded up so that no rise begins just before the
    end.
    """
    from torch.optim.lr_scheduler import CosineAnnealingLR

    return CosineAnnealingLR(
        optimizer,
        T_max=int(hyperparameters.get("T_max", -(-budget // HALF_WAVES))),
        eta_min=infimum_lr(hyperparameters),
    )


METHOD = Method(
    code="CA",
    name="CosineAnnealingLR, several waves",
    family="Catalogue",
    order=102,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        *infimum_search(epochs, steps_per_epoch),
        Param("T_max", max(1, epochs // 10), max(2, epochs // 2), step=1),
    ),
    settings={"infimum_lr": INFIMUM_LR, "T_max": STEPS},
    budget_free=lambda hyperparameters: "T_max" in hyperparameters,
)
