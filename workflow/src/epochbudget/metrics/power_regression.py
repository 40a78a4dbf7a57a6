"""Power law of the final value in the budget."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `power_regression_A`, `_B`, `_R2`, `_adjR2`, `_p` of the unrounded mean curves' ends.

    The column `definition` tells the regression of a loss from that of an accuracy.
    """
    from epochbudget.metrics.definitions.finals import finals
    from epochbudget.metrics.definitions.power_law import power_regression
    from epochbudget.metrics.definitions.table import ordered, row

    return [
        row(curves, f"power_regression_{name}", value, definition=curves.quantity)
        for curves in ordered(curve_sets)
        for name, value in power_regression(finals(curves.mean)).items()
    ]


METRIC = Metric("power_regression", compute)
