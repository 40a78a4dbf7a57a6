"""Smoothed learning curve difference between budgets: the paper's epoch insensitivity."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import Curve, CurveSet, Quantity

    Definition = Callable[[Curve, Curve], float | None]


def definitions(quantity: "Quantity") -> "dict[str, Definition]":
    """The definitions that apply to a quantity, the published one first.

    "accuracy" made the published accuracy table and "log" the loss tables; "raw" is what the
    authors' newest tool computes of losses. Its smoothed losses can be negative, so it serves no
    verdict.
    """
    from epochbudget.metrics.definitions.slcd import logarithmic, relative

    if quantity == "accuracy":
        return {"accuracy": relative}
    return {"log": logarithmic, "raw": relative}


def pairs(curves: "Mapping[int, Curve]", difference: "Definition") -> dict[tuple[int, int], float]:
    """SLCD by (budget, longer budget), without the pairs that have none."""
    from itertools import combinations

    values = {(a, b): difference(curves[a], curves[b]) for a, b in combinations(sorted(curves), 2)}
    return {pair: value for pair, value in values.items() if value is not None}


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `slcd` by pair of budgets and `slcd_mean` over the pairs, by definition.

    Rows without a seed are of the mean curve, the others of each seed's own curves.
    """
    from epochbudget.metrics.definitions.table import ordered

    return [
        entry
        for curves in ordered(curve_sets)
        for name, difference in definitions(curves.quantity).items()
        for entry in _rows(curves, name, difference)
    ]


def _rows(curves: "CurveSet", name: str, difference: "Definition") -> list[Row]:
    from statistics import fmean

    from epochbudget.metrics.definitions.table import row

    of_seeds = curves.complete_seeds()
    every = [(curves.complete(), {}), *((of_seeds[seed], {"seed": seed}) for seed in of_seeds)]
    rows = []
    for by_budget, seed in every:
        values = pairs(by_budget, difference)
        rows += [
            row(curves, "slcd", value, budget=a, other_budget=b, definition=name, **seed)
            for (a, b), value in values.items()
        ]
        if values:
            rows.append(row(curves, "slcd_mean", fmean(values.values()), definition=name, **seed))
    return rows


METRIC = Metric("slcd", compute)
