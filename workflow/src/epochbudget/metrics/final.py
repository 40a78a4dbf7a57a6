"""Final validation loss or accuracy: of the mean curve, of each seed, and their spread."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `final_val_loss` or `final_accuracy` (paper, tables of results).

    The row without a seed is the last epoch of the mean curve; `..._std` is the standard deviation
    over the seeds (n - 1). `diverged_after_epoch` names the seeds that a budget's mean lacks.
    """
    from epochbudget.metrics.definitions.table import ordered

    return [entry for curves in ordered(curve_sets) for entry in _rows(curves)]


def _rows(curves: "CurveSet") -> list[Row]:
    from statistics import stdev

    from epochbudget.metrics.definitions.finals import FINAL, finals
    from epochbudget.metrics.definitions.table import row

    name = FINAL[curves.quantity]
    of_mean = finals(curves.mean)
    of_seeds = {seed: finals(budgets) for seed, budgets in curves.complete_seeds().items()}
    rows = []
    for budget in sorted(curves.mean):
        seeds = {s: values[budget] for s, values in of_seeds.items() if budget in values}
        if budget in of_mean:
            rows.append(row(curves, name, of_mean[budget], budget=budget))
        rows += [row(curves, name, seeds[seed], budget=budget, seed=seed) for seed in seeds]
        if len(seeds) > 1:
            rows.append(row(curves, f"{name}_std", stdev(seeds.values()), budget=budget))
        for seed in curves.diverged.get(budget, ()):
            epochs = len(curves.seeds[budget][seed])
            rows.append(row(curves, "diverged_after_epoch", epochs, budget=budget, seed=seed))
    return rows


METRIC = Metric("final", compute)
