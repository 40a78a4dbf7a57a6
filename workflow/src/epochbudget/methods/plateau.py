"""RP: reduce the rate when the validation loss stops falling."""

from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters, Method, Param, Setting

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_FACTOR = 0.1
DEFAULT_PATIENCE = 10


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """Times `factor` after more than `patience` epochs in a row without a better validation loss.

    Better means lower by more than a share of 1e-4 (torch's default).
    """
    from torch.optim.lr_scheduler import ReduceLROnPlateau

    factor = hyperparameters.get("factor", DEFAULT_FACTOR)
    patience = int(hyperparameters.get("patience", DEFAULT_PATIENCE))
    return ReduceLROnPlateau(optimizer, factor=factor, patience=patience)


def search(epochs: int, steps_per_epoch: int) -> tuple[Param, ...]:
    """How far the rate falls, and how soon: from a 25th to a fifth of the epochs."""
    longest = max(1, epochs // 5)
    return (
        Param("factor", 0.1, 0.9),
        Param("patience", min(longest, max(1, epochs // 25)), longest, step=1),
    )


METHOD = Method(
    code="RP",
    name="ReduceLROnPlateau",
    family="Catalogue",
    order=106,
    scheduler=scheduler,
    search=search,
    settings={
        "factor": Setting(float, "a number above 0 and below 1", lambda value: 0 < value < 1),
        "patience": Setting(int, "a whole number of at least 0", lambda value: value >= 0),
    },
    defaults={"factor": DEFAULT_FACTOR, "patience": DEFAULT_PATIENCE},
    budget_free=lambda hyperparameters: True,
    feedback=True,
)
