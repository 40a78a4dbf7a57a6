"""SLCD as figures show it."""

from epochbudget.curves import CurveSet
from epochbudget.metrics.slcd import definitions, pairs


def slcd_by_pair(curves: CurveSet) -> dict[tuple[int, int], float]:
    """SLCD of the mean curves by pair of budgets, after its published definition."""
    published = next(iter(definitions(curves.quantity).values()))
    return pairs(curves.complete(), published)
