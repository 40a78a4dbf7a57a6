"""Best validation loss or accuracy over all epochs: mean over the seeds, each seed, and spread."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `best_val_loss` or `best_accuracy`.

    Each seed has its own best epoch, so the row without a seed is the mean of the seeds' bests, not
    the best of the mean curve; `..._std` is their standard deviation (n - 1). Seeds that diverged
    before the end of the budget have no best.
    """
    from epochbudget.metrics.definitions.table import ordered

    return [entry for curves in ordered(curve_sets) for entry in _rows(curves)]


def _rows(curves: "CurveSet") -> list[Row]:
    from statistics import fmean, stdev

    from epochbudget.metrics.definitions.table import row

    name, best = {"loss": ("best_val_loss", min), "accuracy": ("best_accuracy", max)}[
        curves.quantity
    ]
    of_seeds = {
        seed: {budget: float(best(curve)) for budget, curve in budgets.items()}
        for seed, budgets in curves.complete_seeds().items()
    }
    rows = []
    for budget in sorted(curves.mean):
        seeds = {s: values[budget] for s, values in of_seeds.items() if budget in values}
        if seeds:
            rows.append(row(curves, name, fmean(seeds.values()), budget=budget))
        rows += [row(curves, name, value, budget=budget, seed=s) for s, value in seeds.items()]
        if len(seeds) > 1:
            rows.append(row(curves, f"{name}_std", stdev(seeds.values()), budget=budget))
    return rows


METRIC = Metric("best", compute)
