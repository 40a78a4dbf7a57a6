"""Insensitivity to the budget against the final loss: which methods no other one beats in both."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import Curve, CurveSet

DEFINITION = "log"
"""The definition of SLCD that the paper's tables of losses have."""


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `slcd_mean` and `final_val_loss`, as in their own tables, and what follows from both.

    `pareto_front` is 1 for a method that no other one of its model dominates, else 0; a method is
    dominated if another has a smaller SLCD and a smaller loss at the longest budget (one of them
    may be equal). Each row `dominated_by` names in `definition` a method on the front that
    dominates it. Of the mean curves; rows with a seed are of its own curves and decide nothing.
    """
    from itertools import groupby

    from epochbudget.metrics.definitions.table import ordered

    losses = [curves for curves in ordered(curve_sets) if curves.quantity == "loss"]
    return [
        entry
        for _, several in groupby(losses, lambda curves: curves.label)
        for entry in _rows(list(several))
    ]


def _rows(several: "list[CurveSet]") -> list[Row]:
    """The rows of one model."""
    from epochbudget.metrics.definitions.pareto import dominators
    from epochbudget.metrics.definitions.table import row

    budget = max(max(curves.mean) for curves in several)
    found = {curves.code: _point(curves.complete(), budget) for curves in several}
    points = {code: point for code, point in found.items() if point}
    rows = []
    beaten = dominators(points)
    for curves in several:
        if curves.code not in points:
            continue
        of_seeds = {s: _point(c, budget) for s, c in curves.complete_seeds().items()}
        for seed, point in [(None, points[curves.code]), *of_seeds.items()]:
            if point:
                own = {} if seed is None else {"seed": seed}
                rows.append(row(curves, "slcd_mean", point[0], definition=DEFINITION, **own))
                rows.append(row(curves, "final_val_loss", point[1], budget=budget, **own))
        rows.append(row(curves, "pareto_front", float(not beaten[curves.code])))
        rows += [row(curves, "dominated_by", 1.0, definition=c) for c in beaten[curves.code]]
    return rows


def _point(curves: "Mapping[int, Curve]", budget: int) -> tuple[float, float] | None:
    """(mean SLCD over the pairs of budgets, final loss); None if one of them is not there."""
    from statistics import fmean

    from epochbudget.metrics.definitions.finals import finals
    from epochbudget.metrics.slcd import definitions, pairs

    differences = pairs(curves, definitions("loss")[DEFINITION]).values()
    final = finals(curves).get(budget)
    return (fmean(differences), final) if differences and final is not None else None


METRIC = Metric("pareto", compute)
