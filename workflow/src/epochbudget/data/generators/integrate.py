"""Integrals of sampled functions: exact for the cubic Hermite interpolant.

The interpolant's slope at a point is that of the parabola through the point and its neighbours; at
the two ends, of the parabola through the three nearest points.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def integrate(x: Array, u: Array, y: Array) -> Array:
    """Integrals of sampled functions from x[0] to each y.

    Args:
        x: Increasing points (n,).
        u: Values at x (..., n).
        y: Upper limits (q,), within x.

    Returns:
        Integrals (..., q).
    """
    slope = np.gradient(u, x, axis=-1, edge_order=2)
    h = np.diff(x)
    left, right = u[..., :-1], u[..., 1:]
    rise, fall = slope[..., :-1], slope[..., 1:]
    cells = h * (left + right) / 2 + h**2 * (rise - fall) / 12
    whole = np.cumsum(cells, axis=-1) - cells  # up to the left end of each cell
    i = np.clip(np.searchsorted(x, y, side="right") - 1, 0, len(h) - 1)
    s = (y - x[i]) / h[i]
    return np.asarray(
        whole[..., i]
        + h[i] * ((s - s**3 + s**4 / 2) * left[..., i] + (s**3 - s**4 / 2) * right[..., i])
        + h[i] ** 2 * (s**2 / 2 - 2 * s**3 / 3 + s**4 / 4) * rise[..., i]
        + h[i] ** 2 * (s**4 / 4 - s**3 / 3) * fall[..., i]
    )


def integration_matrix(x: Array, y: Array) -> Array:
    """The matrix W (q, n) with integrate(x, u, y) == u @ W.T for all functions u (F, n).

    The integral is linear in u, so its columns are the integrals of the unit vectors. One product
    integrates all functions; a loop compiled with numba takes two thirds of its time, but loading
    the compiled loop costs more than that saves on the paper's 10,000 functions.
    """
    return integrate(x, np.eye(len(x)), y).T
