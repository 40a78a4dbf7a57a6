"""Infimum rates that let a longer run end where a shorter one did."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

LR, INFIMUM_LR, UPPER_BOUND = 1.0, 1e-3, 1000
BUDGETS = (250, 500, 750, 1000)
WEIGHTS = ((1, 3), (1, 1), (3, 1))


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `adjusted_infimum_lr` of H and EH for lr 1, infimum 1e-3 and upper bound 1000.

    The rate to end with is the one that the schedule itself ends with at that budget; the column
    `definition` holds the weights (m, n), and `other_budget` the upper bound.
    """
    from epochbudget.metrics.definitions.continuous import SCHEDULES
    from epochbudget.metrics.definitions.infimum import adjusted_infimum

    rows: list[Row] = []
    for code in ("H", "EH"):
        for budget in BUDGETS:
            final = SCHEDULES[code](budget).rate(budget)
            rows += [
                {
                    "scheduler": code,
                    "quantity": "adjusted_infimum_lr",
                    "budget": budget,
                    "other_budget": UPPER_BOUND,
                    "definition": f"m={m} n={n}",
                    "value": adjusted_infimum(LR, INFIMUM_LR, final, budget, UPPER_BOUND, (m, n)),
                }
                for m, n in WEIGHTS
            ]
    return rows


METRIC = Metric("infimum_adjustment", compute, from_curves=False)
