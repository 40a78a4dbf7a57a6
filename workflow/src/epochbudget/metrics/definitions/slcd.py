"""Smoothed learning curve difference (SLCD) of two budgets, as published and as in the tool.

The paper's tables mix two definitions: `relative` made the accuracy table, `logarithmic` the loss
tables.
"""

import numpy as np

from epochbudget.curves import Curve
from epochbudget.metrics.definitions.savgol import smooth

FIRST_EPOCH = 10
"""Epoch at which the integral of the logarithmic definition starts."""
_PER_EPOCH = 50
"""Midpoints per epoch of that integral."""


def relative(a: Curve, b: Curve) -> float | None:
    """Mean of |x - y| / (x + y) over the epochs that the smoothed curves x and y share.

    Smoothing precedes cutting, so the shorter curve's last epochs are compared with values that
    already know what follows. Smoothed losses can be negative; then the value means nothing.

    Returns:
        The mean, or None where a quotient has no value.
    """
    length = min(len(a), len(b))
    x, y = smooth(a)[:length], smooth(b)[:length]
    total = x + y
    if length == 0 or not total.all():
        return None
    return float(np.mean(np.abs(x - y) / total))


def logarithmic(a: Curve, b: Curve) -> float | None:
    """Integral of |tanh((c_a(t) - c_b(t)) / 2)| from epoch 10 to n, divided by n.

    n is the length of the shorter curve; c interpolates the smoothed logarithm of a loss. As
    tanh((ln x - ln y) / 2) = (x - y) / (x + y), this is `relative` with the smoothing in ln.

    Returns:
        The value, or None where no epoch follows epoch 10 or a loss is not positive.
    """
    length = min(len(a), len(b))
    if length <= FIRST_EPOCH or min(a.min(), b.min()) <= 0:
        return None
    difference = _interpolated(a, length) - _interpolated(b, length)
    return float(np.abs(np.tanh(difference / 2)).sum() / _PER_EPOCH / length)


def _interpolated(losses: Curve, end: int) -> Curve:
    """The smoothed ln(loss) at the midpoints between epoch 10 and epoch `end`.

    A cubic Hermite spline over the curve's own epochs: cutting the curve before the slopes are
    taken would change the third digit of the published values.

    Returns:
        Array (end - 10, 50): a row for each epoch.
    """
    values = smooth(np.log(losses))
    slopes = np.gradient(values, edge_order=2)
    start, stop = slice(FIRST_EPOCH - 1, end - 1), slice(FIRST_EPOCH, end)
    u = (np.arange(_PER_EPOCH) + 0.5) / _PER_EPOCH
    return (
        np.outer(values[start], (1 + 2 * u) * (1 - u) ** 2)
        + np.outer(slopes[start], u * (1 - u) ** 2)
        + np.outer(values[stop], u**2 * (3 - 2 * u))
        + np.outer(slopes[stop], u**2 * (u - 1))
    )
