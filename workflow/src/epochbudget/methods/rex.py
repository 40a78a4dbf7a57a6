"""REX: reflected exponential decay to zero (arXiv 2107.04197)."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr (1 - p) / (1 - p/2) in epoch n of N, where p = n/N."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, lambda epoch: (budget - epoch) / (budget - epoch / 2))


METHOD = Method(
    code="REX",
    name="Reflected exponential",
    family="Catalogue",
    order=120,
    scheduler=scheduler,
)
