"""S: a drop every step_size epochs."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import GAMMA, STEPS, Hyperparameters, Method, Param

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_GAMMA = 0.1


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr gamma^(n // step_size); step_size is a third of the budget unless set."""
    from torch.optim.lr_scheduler import StepLR

    step_size = int(hyperparameters.get("step_size", max(1, budget // 3)))
    return StepLR(optimizer, step_size, gamma=hyperparameters.get("gamma", DEFAULT_GAMMA))


METHOD = Method(
    code="S",
    name="StepLR",
    family="Traditional",
    order=6,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param("step_size", max(1, epochs // 10), max(2, epochs // 2), step=1),
        Param("gamma", 0.05, 0.5),
    ),
    settings={"step_size": STEPS, "gamma": GAMMA},
    defaults={"gamma": DEFAULT_GAMMA},
    budget_free=lambda hyperparameters: "step_size" in hyperparameters,
)
