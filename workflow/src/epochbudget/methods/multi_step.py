"""MS: two drops, at shares of the budget."""

from math import floor
from typing import TYPE_CHECKING

from epochbudget.methods.base import GAMMA, SHARE, Hyperparameters, Method, Param

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


DEFAULTS = {"first": 0.5, "second": 0.75, "gamma": 0.1}


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The rate lr, lr gamma from the share `first` of the budget on, lr gamma^2 from `second` on.

    The drops come at whole epochs, half an epoch rounded up.
    """
    from torch.optim.lr_scheduler import MultiStepLR

    given = {**DEFAULTS, **hyperparameters}
    milestones = [floor(given[name] * budget + 0.5) for name in ("first", "second")]
    return MultiStepLR(optimizer, milestones, gamma=given["gamma"])


METHOD = Method(
    code="MS",
    name="MultiStepLR",
    family="Catalogue",
    order=100,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param("first", 0.3, 0.6),
        Param("second", 0.6, 0.9),
        Param("gamma", 0.05, 0.5),
    ),
    settings={"first": SHARE, "second": SHARE, "gamma": GAMMA},
    defaults=DEFAULTS,
)
