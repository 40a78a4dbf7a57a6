"""Areas under and between learning rates of continuous time, and the infimum that they suggest."""

from collections.abc import Callable

from scipy.integrate import quad
from scipy.optimize import brentq

Rate = Callable[[float], float]

EARLY = 0.8
"""Share of the initial rate down to which a run counts as early."""


def cumulative(rate: Rate, end: float) -> float:
    """Integral of a rate from 0 to `end`, in the unit of the rate times epochs."""
    value, _ = quad(rate, 0.0, end, epsabs=0.0, epsrel=1e-11, limit=200)
    return float(value)


def crossing(rate: Rate, budget: float, level: float) -> float:
    """Time at which a falling rate reaches `level`; the budget if it never does."""
    if rate(budget) >= level:
        return budget
    return float(brentq(lambda t: rate(t) - level, 0.0, budget, xtol=1e-12))


def early_area(rate: Rate, budget: float, level: float = EARLY) -> float:
    """Area between a rate that starts at 1 and 0.8, from 0 to where the rate meets `level`.

    For the cosine the authors' tool seeks 0.8 times the minimum, which is never met, so that the
    area extends to the end of the run. This changes no difference in percent, because a cosine
    depends on t/N alone.
    """
    return abs(cumulative(lambda t: rate(t) - EARLY, crossing(rate, budget, level)))


def adjusted_infimum(
    lr: float,
    infimum_lr: float,
    final_lr: float,
    budget: float,
    upper_bound: float,
    weights: tuple[float, float],
) -> float:
    """Infimum rate adjusted to the rate that a run of `budget` epochs should end with.

    With weights (m, n): the mean, in logarithms, of the line from lr through final_lr extended to
    upper_bound (weight m) and of the infimum itself (weight n).
    """
    m, n = weights
    fraction = upper_bound / budget
    extended_over_lr = (final_lr / lr) ** fraction
    return float((lr * extended_over_lr) ** (m / (m + n)) * infimum_lr ** (n / (m + n)))
