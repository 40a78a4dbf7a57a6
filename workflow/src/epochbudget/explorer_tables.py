"""Schedules of plug-ins on the schedule explorer: tables of rates, since they are Python.

A table holds the rates at several budgets, one step an epoch, with lr 1 and the plug-in's defaults.
Where they are in proportion to lr, the page may ask for any.
"""

from collections.abc import Mapping
from math import isclose

from epochbudget.errors import UserError
from epochbudget.files import canonical_json
from epochbudget.methods.base import Method
from epochbudget.metrics.learning_rates import BUDGETS

TABLED = (*(10, 12, 15, 18, 20, 21, 25, 30, 40, 50, 60, 80, 100, 150, 200), *BUDGETS)
"""Budgets of the tables."""
OTHER_LR = 0.1
"""Where rates are compared with those at lr 1."""
FORM = """function schedule({ lr, ...others }, budget, stepsPerEpoch) {
  const { rates, defaults, proportional } = TABLE;
  const same = Object.entries(others).every(([name, value]) => value === (defaults[name] ?? value));
  if (!same || stepsPerEpoch !== 1 || !(proportional || lr === 1) || !(budget in rates)) {
    throw new UserError(
      `CODE is Python: its rates are known for one step an epoch,${proportional ? "" : " lr 1,"} ` +
        `the budgets ${Object.keys(rates).join(", ")}, and ` +
        Object.entries(defaults).map((pair) => pair.join(" ")).join(", "),
      "choose these, or use epochbudget schedule",
    );
  }
  return (epoch) => (proportional ? lr : 1) * rates[budget][epoch];
}
"""


def form(method: Method, defaults: Mapping[str, float]) -> str:
    """The JavaScript of a plug-in, as `methods/*.js` have it.

    Args:
        method: The plug-in.
        defaults: Of its settings, infimum_lr among them if it has one.

    Raises:
        UserError: If the plug-in fails.
    """
    rates, others = (
        {b: found for b in TABLED if (found := _rates(method, {**defaults, "lr": lr}, b))}
        for lr in (1.0, OTHER_LR)
    )
    proportional = rates.keys() == others.keys() and all(
        isclose(rate * OTHER_LR, other, rel_tol=1e-12)
        for budget in rates
        for rate, other in zip(rates[budget], others[budget], strict=True)
    )
    table = {"rates": rates, "defaults": dict(defaults), "proportional": proportional}
    return FORM.replace("TABLE", canonical_json(table)).replace("CODE", method.code)


def _rates(method: Method, hyperparameters: Mapping[str, float], budget: int) -> list[float]:
    """The rate of every epoch; none at a budget that the schedule refuses."""
    from epochbudget.schedules.rates import learning_rates  # imports torch

    try:
        return learning_rates(method, hyperparameters, budget, 1)
    except UserError:
        if budget == BUDGETS[0]:  # so it is not for its smallness
            raise
        return []
