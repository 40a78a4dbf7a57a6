"""WEH: linear warm-up, then ExpHyperbolicLR."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import (
    INFIMUM_LR,
    RAMP_FROM_START,
    UPPER_BOUND,
    WARMUP_EPOCHS,
    Hyperparameters,
    Method,
)
from epochbudget.methods.spaces import hyperbolic_search
from epochbudget.methods.upper_bound import DEFAULT_UPPER_BOUND, upper_bound
from epochbudget.methods.warmup import warmup_epochs

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """ExpHyperbolicLR over the budget, its first warmup_epochs a linear ramp.

    Epoch 0 trains at the full rate, as in the reference, unless ramp_from_start.
    """
    from epochbudget.schedules.exp_hyperbolic import ExpHyperbolicLR

    return ExpHyperbolicLR(
        optimizer,
        upper_bound=upper_bound(hyperparameters),
        max_iter=budget,
        infimum_lr=hyperparameters["infimum_lr"],
        warmup_epochs=warmup_epochs(hyperparameters, budget),
        ramp_from_start=bool(hyperparameters.get("ramp_from_start", False)),
    )


METHOD = Method(
    code="WEH",
    name="Warm-up + ExpHyperbolicLR",
    family="Hyperbolic",
    order=13,
    scheduler=scheduler,
    search=hyperbolic_search,
    settings={
        "infimum_lr": INFIMUM_LR,
        "upper_bound": UPPER_BOUND,
        "warmup_epochs": WARMUP_EPOCHS,
        "ramp_from_start": RAMP_FROM_START,
    },
    defaults={"upper_bound": DEFAULT_UPPER_BOUND},
)
