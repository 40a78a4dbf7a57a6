"""What each training came to: last training loss, last and best validation loss, best accuracy."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import Curve, CurveSet, Quantity

ENDS: "dict[Quantity, dict[str, str]]" = {
    "train_loss": {"final_train_loss": "last"},
    "loss": {"final_val_loss": "last", "best_val_loss": "min"},
    "accuracy": {"final_accuracy": "last", "best_accuracy": "max"},
}
"""Quantity -> name of the row -> which value of a curve it is."""


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows of each seed that finished, by budget, and without a seed their mean.

    The best is that of each seed's own curve, at whatever epoch, so its mean is no value of the
    mean curve. The training loss is the mean over an epoch's batches, each before its step.
    """
    from epochbudget.metrics.definitions.table import ordered

    return [entry for curves in ordered(curve_sets) for entry in _rows(curves)]


def _rows(curves: "CurveSet") -> list[Row]:
    from statistics import fmean

    from epochbudget.metrics.definitions.table import row

    rows = []
    for budget, by_seed in sorted(curves.seeds.items()):
        finished = {seed: curve for seed, curve in by_seed.items() if len(curve) == budget}
        for name, which in ENDS[curves.quantity].items():
            values = {seed: _end(curve, which) for seed, curve in finished.items()}
            rows += [row(curves, name, v, budget=budget, seed=seed) for seed, v in values.items()]
            if values:
                rows.append(row(curves, name, fmean(values.values()), budget=budget))
    return rows


def _end(curve: "Curve", which: str) -> float:
    return float(curve[-1] if which == "last" else getattr(curve, which)())


METRIC = Metric("summary", compute, quantities=tuple(ENDS))
