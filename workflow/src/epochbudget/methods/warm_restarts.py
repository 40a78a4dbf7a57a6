"""SGDR: cosine decay with warm restarts (arXiv 1608.03983)."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, STEPS, Hyperparameters, Method, Param
from epochbudget.methods.infimum import infimum_lr
from epochbudget.methods.spaces import infimum_search

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


DEFAULT_T_MULT = 2
PARTS = 7
"""Three cycles, each twice as long as the one before, are 1 + 2 + 4 parts."""


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From lr down to infimum_lr and at once up again, each cycle T_mult times the one before.

    The first lasts T_0 epochs, by default a seventh of the budget, rounded up so that the last
    cycle does not begin just before the end.
    """
    from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

    return CosineAnnealingWarmRestarts(
        optimizer,
        T_0=int(hyperparameters.get("T_0", -(-budget // PARTS))),
        T_mult=int(hyperparameters.get("T_mult", DEFAULT_T_MULT)),
        eta_min=infimum_lr(hyperparameters),
    )


METHOD = Method(
    code="SGDR",
    name="CosineAnnealingWarmRestarts",
    family="Catalogue",
    order=101,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        *infimum_search(epochs, steps_per_epoch),
        Param("T_0", max(1, epochs // 10), max(2, epochs // 2), step=1),
    ),
    settings={"infimum_lr": INFIMUM_LR, "T_0": STEPS, "T_mult": STEPS},
    defaults={"T_mult": DEFAULT_T_MULT},
    budget_free=lambda hyperparameters: "T_0" in hyperparameters,
)
