"""The upper bound of the hyperbolic schedules."""

from epochbudget.methods.base import Hyperparameters

DEFAULT_UPPER_BOUND = 250


def upper_bound(hyperparameters: Hyperparameters) -> float:
    """U in epochs; the schedules refuse one below the budget, so it is never adjusted here."""
    return hyperparameters.get("upper_bound", DEFAULT_UPPER_BOUND)
