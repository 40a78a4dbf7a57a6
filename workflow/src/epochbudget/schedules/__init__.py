"""Learning-rate schedules that torch lacks. They know nothing of tasks, runs or methods."""

from epochbudget.schedules.exp_hyperbolic import ExpHyperbolicLR
from epochbudget.schedules.hyperbolic import HyperbolicLR

__all__ = ["ExpHyperbolicLR", "HyperbolicLR"]
