"""Improvement of the final value from each budget to the next."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `percent_improvement` (losses) or `accuracy_gain`, by step, with their mean and std.

    Of the mean curves; the standard deviation over the steps is that of a sample (n - 1).
    """
    from epochbudget.metrics.definitions.table import ordered

    return [entry for curves in ordered(curve_sets) for entry in _rows(curves)]


def _rows(curves: "CurveSet") -> list[Row]:
    from statistics import fmean, stdev

    from epochbudget.metrics.definitions.finals import finals
    from epochbudget.metrics.definitions.improvement import improvements
    from epochbudget.metrics.definitions.table import row

    name = "percent_improvement" if curves.quantity == "loss" else "accuracy_gain"
    steps = improvements(finals(curves.mean), curves.quantity)
    rows = [row(curves, name, v, budget=a, other_budget=b) for (a, b), v in steps.items()]
    if steps:
        rows.append(row(curves, f"{name}_mean", fmean(steps.values())))
    if len(steps) > 1:
        rows.append(row(curves, f"{name}_std", stdev(steps.values())))
    return rows


METRIC = Metric("improvement", compute)
