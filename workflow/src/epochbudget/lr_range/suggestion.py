"""Which learning rates a range test suggests (L. N. Smith, arXiv 1506.01186, section 3.3).

Smith raises the rate over a short run and takes two values: the rate at which training starts to
work, and the one at which the progress slows, becomes ragged or turns. Here both are read off the
smoothed training loss on its logarithmic axis: where a tenth, and where nine tenths, of the whole
fall have passed. Both lie below the rate of the smallest loss, and so below divergence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

LAG = 0.02
"""By how much of the test smoothing delays the loss."""
START = 0.05
"""The share of the test, at its smallest rates, whose mean is the loss before the fall."""
DIVERGED = 4.0
"""The test is over when the smoothed loss is that many times its smallest value so far."""
EDGES = 0.1, 0.9
"""Shares of the fall between which the suggested rates lie."""
LEAST_FALL = 1.1
"""A loss that falls by a smaller factor says nothing."""
RULE = (
    f"from where the smoothed loss has fallen by {EDGES[0]:.0%} of its whole fall, on a logarithmic"
    f" axis, to {EDGES[1]:.0%}; after L. N. Smith, arXiv 1506.01186"
)


@dataclass(frozen=True)
class Suggestion:
    """What a range test says; rates are those of its steps.

    Attributes:
        low: Lower end of the suggested interval; None if the loss did not fall.
        high: Upper end, likewise.
        minimum: Rate of the smallest smoothed loss before divergence.
        diverges: First rate at which the run has diverged; None if it never did.
    """

    low: float | None
    high: float | None
    minimum: float
    diverges: float | None


def smoothed(losses: Sequence[float]) -> list[float]:
    """The running mean of the losses, newer ones weighing more, up to the first that is not finite.

    Args:
        losses: Training loss of each step.
    """
    keep = 1 - 1 / (1 + LAG * len(losses))
    total, weight, means = 0.0, 0.0, []
    for loss in takewhile(math.isfinite, losses):
        total, weight = keep * total + loss, keep * weight + 1
        means.append(total / weight)
    return means


def suggest(rates: Sequence[float], losses: Sequence[float]) -> Suggestion:
    """The suggestion of a range test.

    Args:
        rates: Learning rate of each step, ascending.
        losses: Training loss of each step, the first finite.
    """
    curve = smoothed(losses)
    best, stop = math.inf, len(curve)
    for step, loss in enumerate(curve):
        best = min(best, loss)
        if loss > DIVERGED * best:
            stop = step
            break
    logs = [math.log(max(loss, 1e-300)) for loss in curve[:stop]]
    lowest = min(range(stop), key=logs.__getitem__)
    first = logs[: max(1, int(START * len(losses)))]
    top = sum(first) / len(first)
    fall = top - logs[lowest]
    diverges = rates[stop] if stop < len(rates) else None
    if fall < math.log(LEAST_FALL):
        return Suggestion(None, None, rates[lowest], diverges)
    begun, ended = (top - share * fall for share in EDGES)
    high = next(step for step in range(stop) if logs[step] <= ended)
    low = next((step + 1 for step in reversed(range(high)) if logs[step] > begun), 0)
    return Suggestion(rates[low], rates[high], rates[lowest], diverges)
