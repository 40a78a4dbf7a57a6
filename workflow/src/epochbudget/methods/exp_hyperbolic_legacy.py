"""EH-legacy: ExpHyperbolicLR with the extra optimizer step that the authors' code once took."""

from dataclasses import replace
from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters
from epochbudget.methods.exp_hyperbolic import METHOD as EXP_HYPERBOLIC
from epochbudget.methods.upper_bound import upper_bound

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """LegacyExpHyperbolicLR over the budget."""
    from epochbudget.schedules.exp_hyperbolic_legacy import LegacyExpHyperbolicLR

    infimum_lr, bound = hyperparameters["infimum_lr"], upper_bound(hyperparameters)
    return LegacyExpHyperbolicLR(optimizer, bound, max_iter=budget, infimum_lr=infimum_lr)


METHOD = replace(
    EXP_HYPERBOLIC,
    code="EH-legacy",
    name="ExpHyperbolicLR (until 2024-07-24)",
    order=30,
    scheduler=scheduler,
    steps_optimizer=True,
)
