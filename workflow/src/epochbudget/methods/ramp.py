"""The warm-up of methods whose warm-up is as long at every budget."""

from epochbudget.methods.base import Hyperparameters

DEFAULT_WARMUP_EPOCHS = 5


def ramp(epoch: int, hyperparameters: Hyperparameters) -> float:
    """The share of the rate in an epoch: 1/w, 2/w, ..., 1 in the first w = warmup_epochs epochs."""
    warmup = hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS)
    return min(1.0, (epoch + 1) / max(1, warmup))
