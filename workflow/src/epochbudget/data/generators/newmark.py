"""Newmark's method for the damped oscillator m x'' + c x' + k x = 0 (paper: LSTM task)."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

GAMMA = 0.5
BETA = 0.25
"""With gamma 1/2, beta 1/4 is the average-acceleration method: second order, conserves energy."""


def newmark_reference(
    mass: float,
    damping: float,
    stiffness: float,
    x0: float,
    v0: float,
    dt: float,
    steps: int,
) -> NDArray[np.float64]:
    """One trajectory, step by step in plain Python.

    Args:
        mass: m.
        damping: c, the coefficient (not the ratio zeta).
        stiffness: k.
        x0: Displacement at time 0.
        v0: Velocity at time 0.
        dt: Time step.
        steps: Number of steps.

    Returns:
        Displacement, velocity and acceleration at times 0, dt, ..., steps * dt: (3, steps + 1).
    """
    path = np.empty((3, steps + 1))
    x, v, a = x0, v0, -(damping * v0 + stiffness * x0) / mass
    effective_mass = mass + GAMMA * dt * damping + BETA * dt * dt * stiffness
    for step in range(steps + 1):
        path[0, step], path[1, step], path[2, step] = x, v, a
        x += dt * v + dt * dt * (0.5 - BETA) * a
        v += dt * (1.0 - GAMMA) * a
        a = -(damping * v + stiffness * x) / effective_mass
        x += BETA * dt * dt * a
        v += GAMMA * dt * a
    return path


newmark = njit(cache=True)(newmark_reference)
"""The same function, compiled."""


def trajectories(
    *,
    dampings: Sequence[float],
    mass: float,
    stiffness: float,
    x0: float,
    v0: float,
    dt: float,
    duration: float,
) -> dict[str, NDArray[np.float64]]:
    """One trajectory for each damping ratio, one after another.

    Args:
        dampings: Damping ratios zeta; the coefficient is c = 2 sqrt(k m) zeta.
        mass: m.
        stiffness: k.
        x0: Displacement at time 0.
        v0: Velocity at time 0.
        dt: Time step.
        duration: Last time.

    Returns:
        Columns t, x, v, a and zeta, each (len(dampings) * (round(duration / dt) + 1),).
    """
    steps = round(duration / dt)
    critical = 2.0 * sqrt(stiffness * mass)
    paths = [newmark(mass, critical * z, stiffness, x0, v0, dt, steps) for z in dampings]
    x, v, a = np.concatenate(paths, axis=1)
    t = np.tile(np.arange(steps + 1) * dt, len(dampings))
    return {"t": t, "x": x, "v": v, "a": a, "zeta": np.repeat(np.asarray(dampings), steps + 1)}
