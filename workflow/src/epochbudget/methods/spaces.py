"""Search spaces that several methods share.

The digest of a run's code leaves out functions that return search spaces, so nothing else belongs
here: a moved bound must not train finished runs again.
"""

from epochbudget.methods.base import Param


def infimum_search(epochs: int, steps_per_epoch: int) -> tuple[Param, ...]:
    """Search space of the cosine schedules."""
    return (Param("infimum_lr", 1e-7, 1e-4, log=True),)


def hyperbolic_search(epochs: int, steps_per_epoch: int) -> tuple[Param, ...]:
    """Search space of the hyperbolic schedules."""
    return (*infimum_search(epochs, steps_per_epoch), Param("upper_bound", 200, 400, step=50))
