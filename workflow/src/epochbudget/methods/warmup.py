"""The length of the warm-up."""

from epochbudget.methods.base import Hyperparameters


def warmup_epochs(hyperparameters: Hyperparameters, budget: int) -> int:
    """A tenth of the budget, at least one epoch, unless set; none if the budget is one epoch."""
    default = min(max(1, budget // 10), budget - 1)
    return int(hyperparameters.get("warmup_epochs", default))
