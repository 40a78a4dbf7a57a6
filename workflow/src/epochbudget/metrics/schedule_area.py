"""How much the early learning rates differ between budgets."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

BUDGETS = (250, 500, 750, 1000)
LEVELS = {"P": 0.8, "C": 0.8 * 1e-4, "H": 0.8, "EH": 0.8}
"""Rate at which the early part ends, by method; for C see `early_area`."""


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `early_lr_area_difference_percent`: |A_N - A_1000| / A_1000 (paper, section 3)."""
    from epochbudget.metrics.definitions.areas import early_area
    from epochbudget.metrics.definitions.continuous import SCHEDULES

    rows: list[Row] = []
    for code, level in LEVELS.items():
        areas = {n: early_area(SCHEDULES[code](n).rate, n, level) for n in BUDGETS}
        reference = areas[BUDGETS[-1]]
        rows += [
            {
                "scheduler": code,
                "quantity": "early_lr_area_difference_percent",
                "budget": budget,
                "other_budget": BUDGETS[-1],
                "value": 100 * abs(area - reference) / reference,
            }
            for budget, area in areas.items()
        ]
    return rows


METRIC = Metric("schedule_area", compute, from_curves=False)
