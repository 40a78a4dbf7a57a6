"""Training loss of the last epoch: mean over the seeds, and each seed."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `final_train_loss` of each seed that finished, and without a seed their mean.

    The training loss of an epoch is the mean over its batches, each before its step.
    """
    from epochbudget.metrics.definitions.table import ordered

    return [
        entry
        for curves in ordered(curve_sets)
        if curves.quantity == "train_loss"
        for entry in _rows(curves)
    ]


def _rows(curves: "CurveSet") -> list[Row]:
    from epochbudget.metrics.definitions.finals import finals
    from epochbudget.metrics.definitions.table import row

    name = "final_train_loss"
    rows = [row(curves, name, v, budget=b) for b, v in finals(curves.mean).items()]
    for seed, budgets in curves.complete_seeds().items():
        rows += [row(curves, name, v, budget=b, seed=seed) for b, v in finals(budgets).items()]
    return rows


METRIC = Metric("training", compute, quantities=("train_loss",))
