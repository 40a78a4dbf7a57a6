"""Learning rates of every method by epoch: what the figures of schedules are drawn from.

One table for all of them, because only torch's schedulers know the rates, and importing torch takes
longer than drawing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row
from epochbudget.metrics.read import lacking, selected

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

BUDGETS = (250, 500, 750, 1000)
SETTINGS = {"lr": 1.0, "infimum_lr": 1e-3, "upper_bound": 1000}
LOGARITHMIC = ("E", "EH", "WEH")
"""Methods whose rates fall like an exponential function: a straight line on a logarithmic axis."""


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `learning_rate`: in epoch t (column `definition`, from 0) at one step an epoch.

    With lr 1, infimum 1e-3, upper bound 1000 and each method's defaults; the rate of a
    learning-rate-free method is 1, which its optimizer scales.
    """
    from epochbudget.registry import methods
    from epochbudget.schedules.rates import learning_rates

    return [
        {
            "scheduler": code,
            "quantity": "learning_rate",
            "budget": budget,
            "definition": f"t={epoch}",
            "value": rate,
        }
        for code, method in methods().items()
        if not method.steering
        for budget in BUDGETS
        for epoch, rate in enumerate(learning_rates(method, SETTINGS, budget, 1))
    ]


def read(path: Path, *codes: str) -> dict[str, dict[int, list[float]]]:
    """The rates of some methods, by code and budget, from the table.

    Raises:
        UserError: If the table lacks a method.
    """
    rates: dict[str, dict[int, list[float]]] = {c: {b: [] for b in BUDGETS} for c in codes}
    for row in selected(path, scheduler=codes):
        rates[row["scheduler"]][int(row["budget"])].append(float(row["value"]))
    for code, by_budget in rates.items():
        if not all(by_budget.values()):
            raise lacking(path, f"learning rates of {code}")
    return rates


METRIC = Metric("learning_rates", compute, from_curves=False, of_methods=True)
