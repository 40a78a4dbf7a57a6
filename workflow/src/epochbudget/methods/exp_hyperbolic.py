"""EH: ExpHyperbolicLR, the paper's second schedule."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, UPPER_BOUND, Hyperparameters, Method
from epochbudget.methods.spaces import hyperbolic_search
from epochbudget.methods.upper_bound import DEFAULT_UPPER_BOUND, upper_bound

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """ExpHyperbolicLR over the budget."""
    from epochbudget.schedules.exp_hyperbolic import ExpHyperbolicLR

    return ExpHyperbolicLR(
        optimizer,
        upper_bound=upper_bound(hyperparameters),
        max_iter=budget,
        infimum_lr=hyperparameters["infimum_lr"],
    )


METHOD = Method(
    code="EH",
    name="ExpHyperbolicLR",
    family="Hyperbolic",
    order=11,
    scheduler=scheduler,
    search=hyperbolic_search,
    settings={"infimum_lr": INFIMUM_LR, "upper_bound": UPPER_BOUND},
    defaults={"upper_bound": DEFAULT_UPPER_BOUND},
)
