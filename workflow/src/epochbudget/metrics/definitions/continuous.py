"""Learning rates as functions of continuous time, in epochs, independent of torch.

Every function takes the budget N in epochs and returns rate and decay for 0 <= t <= N, in the
unit of `lr` and of `lr` per epoch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from epochbudget.errors import UserError


@dataclass(frozen=True)
class Continuous:
    """One schedule.

    Attributes:
        rate: Learning rate at time t.
        decay: -d rate/dt at time t; where it is infinite, at t = N, it raises ZeroDivisionError.
    """

    rate: Callable[[float], float]
    decay: Callable[[float], float]


def polynomial(budget: float, lr: float = 1.0, power: float = 0.5) -> Continuous:
    """The rate lr (1 - t/N)^power."""
    return Continuous(
        lambda t: lr * (1 - t / budget) ** power,
        lambda t: lr * power / budget * (1 - t / budget) ** (power - 1),
    )


def cosine(budget: float, lr: float = 1.0, infimum_lr: float = 1e-4) -> Continuous:
    """Half a cosine from lr to infimum_lr."""
    half = (lr - infimum_lr) / 2
    return Continuous(
        lambda t: infimum_lr + half * (1 + math.cos(math.pi * t / budget)),
        lambda t: half * math.pi / budget * math.sin(math.pi * t / budget),
    )


def linear(budget: float, lr: float = 1.0, infimum_lr: float = 1e-4) -> Continuous:
    """A straight line from lr to infimum_lr."""
    slope = (lr - infimum_lr) / budget
    return Continuous(lambda t: lr - slope * t, lambda t: slope)


def hyperbola(budget: float, upper_bound: float) -> Continuous:
    """h(t) = sqrt((N - t)/U (2 - (N + t)/U)) and -h' = (U - t) / (U^2 h) (paper, section 3).

    Both hold beyond 0 <= t <= N too, on the whole of the branch (t <= N) and of its mirror image
    (t >= 2U - N).

    Raises:
        UserError: If the budget exceeds upper_bound.
    """
    if not 0 < budget <= upper_bound:
        raise UserError(
            f"budget: {budget} is not in 1..upper_bound = {upper_bound}",
            "raise upper_bound to at least the longest budget",
        )

    def height(t: float) -> float:
        return math.sqrt((budget - t) / upper_bound * (2 - (budget + t) / upper_bound))

    return Continuous(height, lambda t: (upper_bound - t) / (upper_bound**2 * height(t)))


def hyperbolic(
    budget: float, lr: float = 1.0, infimum_lr: float = 1e-3, upper_bound: float = 1000
) -> Continuous:
    """HyperbolicLR: lr + (lr - infimum_lr) (h(t) - h(0)).

    Raises:
        UserError: If the budget exceeds upper_bound.
    """
    h = hyperbola(budget, upper_bound)
    start, span = h.rate(0.0), lr - infimum_lr
    return Continuous(lambda t: lr + span * (h.rate(t) - start), lambda t: span * h.decay(t))


def exp_hyperbolic(
    budget: float, lr: float = 1.0, infimum_lr: float = 1e-3, upper_bound: float = 1000
) -> Continuous:
    """ExpHyperbolicLR: lr (lr/infimum_lr)^(h(t) - h(0)).

    Raises:
        UserError: If the budget exceeds upper_bound.
    """
    h = hyperbola(budget, upper_bound)
    start, log_span = h.rate(0.0), math.log(lr / infimum_lr)

    def rate(t: float) -> float:
        return lr * math.exp(log_span * (h.rate(t) - start))

    return Continuous(rate, lambda t: rate(t) * log_span * h.decay(t))


SCHEDULES: dict[str, Callable[[float], Continuous]] = {
    "P": polynomial,
    "C": cosine,
    "L": linear,
    "H": hyperbolic,
    "EH": exp_hyperbolic,
}
"""Budget -> schedule by code, with the settings of the paper's figures of schedules."""
