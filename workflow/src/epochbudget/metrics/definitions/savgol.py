"""The smoothing that both definitions of the learning-curve difference share."""

import numpy as np
from numpy.typing import NDArray

_WEIGHTS = np.array([-21.0, 14.0, 39.0, 54.0, 59.0, 54.0, 39.0, 14.0, -21.0]) / 231.0
_HALF = len(_WEIGHTS) // 2


def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Savitzky-Golay smoothing (9 points, quadratic) of a curve of any length.

    The first and the last 4 points stay as they are, so fewer than 9 points are not changed.
    """
    smoothed = values.astype(np.float64)
    if len(values) >= len(_WEIGHTS):
        smoothed[_HALF:-_HALF] = np.convolve(values, _WEIGHTS, mode="valid")
    return smoothed
