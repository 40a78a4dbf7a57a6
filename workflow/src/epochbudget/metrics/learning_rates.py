"""Learning rates of every method by epoch: what the figures of schedules are drawn from.

One table for all of them, because only torch's schedulers know the rates, and importing torch takes
longer than drawing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.errors import UserError
from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

BUDGETS = (250, 500, 750, 1000)
SETTINGS = {"lr": 1.0, "infimum_lr": 1e-3, "upper_bound": 1000}


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
        for budget in BUDGETS
        for epoch, rate in enumerate(learning_rates(method, SETTINGS, budget, 1))
    ]


def read(path: Path, code: str) -> dict[int, list[float]]:
    """The rates of one method by budget, from the table.

    Raises:
        UserError: If the table has none.
    """
    import csv

    rates: dict[int, list[float]] = {budget: [] for budget in BUDGETS}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["scheduler"] == code:
                rates[int(row["budget"])].append(float(row["value"]))
    if not all(rates.values()):
        raise UserError(
            f"{path} has no learning rates of {code}", f"make it anew: snakemake {path}"
        )
    return rates


METRIC = Metric("learning_rates", compute, from_curves=False, of_methods=True)
