"""Power law of the final value in the budget: ln y = A + B ln N, ordinary least squares."""

import math
from collections.abc import Mapping

import numpy as np


def power_regression(finals: Mapping[int, float]) -> dict[str, float]:
    """Fit the final values by budget.

    Returns:
        What is defined of A and B (2 budgets or more), R2, adjR2 and the two-sided p of the slope
        (3 or more, not all equal); nothing if a final value is not positive.
    """
    n = len(finals)
    if n < 2 or min(finals.values()) <= 0:
        return {}
    x = np.log(np.array(sorted(finals), dtype=float))
    y = np.log(np.array([finals[budget] for budget in sorted(finals)]))
    dx, dy = x - x.mean(), y - y.mean()
    slope = float(dx @ dy / (dx @ dx))
    fit = {"A": float(y.mean() - slope * x.mean()), "B": slope}
    total = float(dy @ dy)
    if n < 3 or total == 0:
        return fit
    residual = float(np.sum((dy - slope * dx) ** 2))
    r2 = 1 - residual / total
    return fit | {
        "R2": r2,
        "adjR2": 1 - (1 - r2) * (n - 1) / (n - 2),
        "p": _slope_p(slope, residual, float(dx @ dx), n - 2),
    }


def _slope_p(slope: float, residual: float, spread: float, freedom: int) -> float:
    """Two-sided p of the t test that the slope is 0."""
    # scipy.stats takes most of a second to import.
    from scipy.special import stdtr

    if residual == 0:
        return 0.0
    t = slope / math.sqrt(residual / freedom / spread)
    return float(2 * stdtr(freedom, -abs(t)))
