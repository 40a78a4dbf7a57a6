"""How fast each schedule lowers the learning rate during a run."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

BUDGET = 200


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `decay_rate`: -d lr/dt per epoch for lr = 1, at t = 0..199 (column `definition`).

    The end of the run is left out: there the decay of P, H and EH is infinite.
    """
    from epochbudget.metrics.definitions.continuous import SCHEDULES

    return [
        {
            "scheduler": code,
            "quantity": "decay_rate",
            "budget": BUDGET,
            "definition": f"t={t}",
            "value": schedule(BUDGET).decay(t),
        }
        for code, schedule in SCHEDULES.items()
        for t in range(BUDGET)
    ]


METRIC = Metric("decay_rate", compute, from_curves=False)
