"""WC: linear warm-up, then cosine decay."""

from typing import TYPE_CHECKING

from epochbudget.errors import UserError
from epochbudget.methods.base import INFIMUM_LR, WARMUP_EPOCHS, Hyperparameters, Method
from epochbudget.methods.infimum import infimum_lr
from epochbudget.methods.spaces import infimum_search
from epochbudget.methods.warmup import warmup_epochs

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

START_FACTOR = 0.01


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From lr/100 up to lr in warmup_epochs, then down to infimum_lr at the end of the budget.

    Raises:
        UserError: If the warm-up leaves nothing of the budget.
    """
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    warmup = warmup_epochs(hyperparameters, budget)
    if warmup >= budget:
        raise UserError(
            f"warmup_epochs is {warmup}, the budget {budget} epochs",
            "the warm-up must end before the budget does",
        )
    ramp = LinearLR(optimizer, start_factor=START_FACTOR, total_iters=warmup)
    decay = CosineAnnealingLR(optimizer, T_max=budget - warmup, eta_min=infimum_lr(hyperparameters))
    return SequentialLR(optimizer, [ramp, decay], milestones=[warmup])


METHOD = Method(
    code="WC",
    name="Warm-up + CosineAnnealingLR",
    family="Cyclic+Warmup",
    order=9,
    scheduler=scheduler,
    search=infimum_search,
    settings={"infimum_lr": INFIMUM_LR, "warmup_epochs": WARMUP_EPOCHS},
)
