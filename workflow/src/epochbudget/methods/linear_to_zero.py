"""LZ: linear decay to zero (arXiv 1905.04753)."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr (1 - n/N) in epoch n of N."""
    from torch.optim.lr_scheduler import LinearLR

    return LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=budget)


METHOD = Method(
    code="LZ",
    name="Linear to zero",
    family="Catalogue",
    order=121,
    scheduler=scheduler,
)
