"""How flat the minimum is in which a run ends: the largest eigenvalue of the Hessian."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `largest_hessian_eigenvalue`: of each run that was measured, and the mean of the seeds.

    See `training.flatness`; smaller magnitudes are flatter.
    """
    from statistics import fmean

    from epochbudget.metrics.definitions.table import ordered, row

    rows = []
    for curves in ordered(curve_sets):
        for budget, found in sorted(curves.flatness.items()):
            name = "largest_hessian_eigenvalue"
            rows.append(row(curves, name, fmean(found.values()), budget=budget))
            rows += [row(curves, name, found[s], budget=budget, seed=s) for s in sorted(found)]
    return rows


METRIC = Metric("flatness", compute, quantities=("loss",), asked_by="flatness")
