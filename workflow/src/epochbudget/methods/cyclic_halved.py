"""CY2: triangular cycles whose height halves each time, step by step (arXiv 1506.01186)."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import INFIMUM_LR, STEPS, Hyperparameters, Method, Param
from epochbudget.methods.infimum import infimum_lr

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """From infimum_lr up and down in step_size_up steps each: to lr, then half as high, and so on.

    step_size_up is an eighth of all steps unless set, which gives four cycles. As torch does by
    default, beta1 (or the momentum) is cycled as well, between 0.8 and 0.9.
    """
    from torch.optim.lr_scheduler import CyclicLR

    default = max(1, budget * steps_per_epoch // 8)
    return CyclicLR(
        optimizer,
        base_lr=infimum_lr(hyperparameters),
        max_lr=hyperparameters["lr"],
        step_size_up=int(hyperparameters.get("step_size_up", default)),
        mode="triangular2",
    )


METHOD = Method(
    code="CY2",
    name="CyclicLR, triangular2",
    family="Catalogue",
    order=103,
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
