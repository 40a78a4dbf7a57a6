"""L: linear decay."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, Hyperparameters, Method, Param, Setting
from epochbudget.methods.infimum import infimum_lr

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

SMALLEST_END_FACTOR = 1e-6


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From lr down to lr end_factor, by default infimum_lr, at the end of the budget."""
    from torch.optim.lr_scheduler import LinearLR

    if "end_factor" in hyperparameters:
        end_factor = hyperparameters["end_factor"]
    else:
        end_factor = max(infimum_lr(hyperparameters) / hyperparameters["lr"], SMALLEST_END_FACTOR)
    return LinearLR(optimizer, start_factor=1.0, end_factor=end_factor, total_iters=budget)


METHOD = Method(
    code="L",
    name="LinearLR",
    family="Traditional",
    order=5,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (Param("end_factor", 0.001, 0.1, log=True),),
    settings={
        "end_factor": Setting(float, "a number from 0 to 1", lambda value: 0 <= value <= 1),
        "infimum_lr": INFIMUM_LR,
    },
)
