"""OC: one cycle of rate and momentum, step by step."""

from typing import TYPE_CHECKING

from epochbudget.errors import UserError
from epochbudget.methods.base import Hyperparameters, Method, Param, Setting

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_PCT_START = 0.3


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From lr/25 up to lr in a fraction pct_start of all steps, then down to lr/250,000.

    As torch does by default, beta1 (or the momentum) is cycled between 0.85 and 0.95 as well.

    Raises:
        UserError: If the way up would last exactly one step, where torch divides by zero.
    """
    from epochbudget.schedules.one_cycle import HeldOneCycleLR

    total_steps = budget * steps_per_epoch
    pct_start = float(hyperparameters.get("pct_start", DEFAULT_PCT_START))
    if pct_start * total_steps == 1:
        raise UserError(
            f"pct_start is {pct_start}, which is exactly one of {total_steps} steps",
            "OneCycleLR needs another pct_start or more steps",
        )
    return HeldOneCycleLR(
        optimizer, max_lr=hyperparameters["lr"], total_steps=total_steps, pct_start=pct_start
    )


METHOD = Method(
    code="OC",
    name="OneCycleLR",
    family="Cyclic+Warmup",
    order=7,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (Param("pct_start", 0.1, 0.5),),
    settings={"pct_start": Setting(float, "a number from 0 to 1", lambda value: 0 <= value <= 1)},
    defaults={"pct_start": DEFAULT_PCT_START},
    per_batch=True,
)
