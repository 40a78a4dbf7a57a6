"""Insensitivity to the budget against the final loss: which methods no other one beats in both."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
    dominates it. Rows without a seed are of the mean curves, rows with one of that seed's own.
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
    codes = {curves.code: curves for curves in several}
    points: dict[float | None, dict[str, tuple[float, float]]] = {None: {}}
    for code, curves in codes.items():
        for seed, own in [(None, curves.complete()), *curves.complete_seeds().items()]:
            if point := _point(own, budget):
                points.setdefault(seed, {})[code] = point
    rows = []
    for of, of_seed in points.items():
        fields: dict[str, Any] = {} if of is None else {"seed": of}
        for code, beaten in dominators(of_seed).items():
            curves, (slcd, final) = codes[code], of_seed[code]
            rows.append(row(curves, "slcd_mean", slcd, definition=DEFINITION, **fields))
            rows.append(row(curves, "final_val_loss", final, budget=budget, **fields))
            rows.append(row(curves, "pareto_front", float(not beaten), **fields))
            rows += [row(curves, "dominated_by", 1.0, definition=c, **fields) for c in beaten]
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
