"""CY: triangular cycles of rate and momentum, step by step."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, STEPS, Hyperparameters, Method, Param
from epochbudget.methods.infimum import infimum_lr

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """Between infimum_lr and lr, up and down in step_size_up steps each.

    step_size_up is a quarter of all steps unless set. As torch does by default, beta1 (or the
    momentum) is cycled between 0.8 and 0.9 as well.
    """
    from torch.optim.lr_scheduler import CyclicLR

    default = max(1, budget * steps_per_epoch // 4)
    return CyclicLR(
        optimizer,
        base_lr=infimum_lr(hyperparameters),
        max_lr=hyperparameters["lr"],
        step_size_up=int(hyperparameters.get("step_size_up", default)),
    )


METHOD = Method(
    code="CY",
    name="CyclicLR",
    family="Cyclic+Warmup",
    order=8,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param(
            "step_size_up",
            steps_per_epoch,
            max(steps_per_epoch + 1, epochs * steps_per_epoch // 2),
            step=1,
        ),
    ),
    settings={"infimum_lr": INFIMUM_LR, "step_size_up": STEPS},
    per_batch=True,
    budget_free=lambda hyperparameters: "step_size_up" in hyperparameters,
)
