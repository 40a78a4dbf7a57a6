"""Cumulative learning rate of a run: how much rate a schedule spends at each budget."""

from typing import TYPE_CHECKING

from epochbudget.metrics.base import Metric, Row

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet

BUDGETS = (50, 100, 150, 200, 250, 500)
REFERENCE = 200
SETTINGS = {"lr": 1.0, "infimum_lr": 1e-3, "upper_bound": 1000.0}
STEPS_PER_EPOCH = 10
"""Steps in an epoch, for the methods that change the rate after every batch."""


def compute(curve_sets: "list[CurveSet]") -> list[Row]:
    """Rows `lr_budget` (rate times epochs, lr = 1) and `lr_budget_relative` (to 200 epochs).

    Definition "integral": of the continuous schedules P, C, L, H, EH with the settings of the
    paper's figures; definition "steps": the sum over the rates that each method uses in training
    with its defaults, upper bound 1000 and infimum 1e-3. Methods whose rates nobody knows before
    the training have none.
    """
    return [
        entry
        for definition, spent in (("integral", _integrals()), ("steps", _sums()))
        for code, by_budget in spent.items()
        for budget, value in by_budget.items()
        for entry in _rows(code, budget, definition, value, by_budget[REFERENCE])
    ]


def _rows(code: str, budget: int, definition: str, value: float, reference: float) -> list[Row]:
    common = {"scheduler": code, "budget": budget, "definition": definition}
    relative = {"quantity": "lr_budget_relative", "other_budget": REFERENCE}
    return [
        {**common, "quantity": "lr_budget", "value": value},
        {**common, **relative, "value": value / reference},
    ]


def _integrals() -> dict[str, dict[int, float]]:
    from epochbudget.metrics.definitions.areas import cumulative
    from epochbudget.metrics.definitions.continuous import SCHEDULES

    return {
        code: {budget: cumulative(schedule(budget).rate, budget) for budget in BUDGETS}
        for code, schedule in SCHEDULES.items()
    }


def _sums() -> dict[str, dict[int, float]]:
    from math import fsum

    from epochbudget.registry import methods
    from epochbudget.schedules.rates import learning_rates

    sums: dict[str, dict[int, float]] = {}
    for code, method in methods().items():
        if not method.foreseeable:
            continue
        steps = STEPS_PER_EPOCH if method.per_batch else 1
        settings = {**method.defaults, **SETTINGS}
        rates = {b: learning_rates(method, settings, b, steps) for b in BUDGETS}
        sums[code] = {budget: fsum(values) / steps for budget, values in rates.items()}
    return sums


METRIC = Metric("lr_budget", compute, from_curves=False, of_methods=True)
