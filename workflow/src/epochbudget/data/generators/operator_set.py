"""The data set of the integral operator: random functions at sensors, their integrals at queries.

Two passes over the same random stream, block by block: the first finds the scale of the whole set,
the second scales, integrates and writes. So memory stays flat for any number of functions.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epochbudget.data.generators.integrate import integration_matrix
from epochbudget.data.generators.parquet import write_row_groups
from epochbudget.data.generators.random_fields import Array, field_blocks


def scale_limits(blocks: Iterable[Array]) -> tuple[float, float]:
    """The values (lo, hi) that scaling maps to -1 and 1.

    lo is the mean minus one standard deviation of the functions' minima, hi the mean plus one
    standard deviation of their maxima; so some functions leave [-1, 1].
    """
    extremes = np.concatenate([[u.min(axis=1), u.max(axis=1)] for u in blocks], axis=1)
    mean, deviation = extremes.mean(axis=1), extremes.std(axis=1, ddof=1)
    return float(mean[0] - deviation[0]), float(mean[1] + deviation[1])


def _row_groups(
    blocks: Iterable[Array], limits: tuple[float, float], w: Array, sensor_every: int, chunk: int
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """Sensors and targets of whole blocks, of at least `chunk` functions but for the last group.

    Both are rounded to float32 at the very end: models train in it, and the file halves.
    """
    lo, hi = limits
    pending: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for block in blocks:
        u = (block - lo) / (hi - lo) * 2.0 - 1.0
        pending.append(((u[:, ::sensor_every]).astype(np.float32), (u @ w.T).astype(np.float32)))
        if sum(len(sensors) for sensors, _ in pending) >= chunk:
            yield _joined(pending)
            pending = []
    if pending:
        yield _joined(pending)


def _joined(
    parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]],
) -> dict[str, NDArray[np.float32]]:
    sensors, targets = zip(*parts, strict=True)
    return {"sensors": np.concatenate(sensors), "targets": np.concatenate(targets)}


def write_operator_set(
    path: Path,
    *,
    fields: int,
    seed: int,
    points: int,
    length_scale_low: float,
    length_scale_high: float,
    queries: int,
    sensor_every: int,
    rounded_grids: bool,
    chunk: int,
) -> None:
    """Write the set to a Parquet file: lists of sensors and targets, one row a function.

    The schema's metadata holds the positions of sensors and queries and the scale's limits. The
    arguments are the fields of IntegralSettings.
    """
    grid = np.linspace(0.0, 1.0, points)
    x, y = grid, np.linspace(0.0, 1.0, queries)
    if rounded_grids:  # upstream samples on the exact grid, too, and rounds what it integrates over
        x, y = np.round(x, 3), np.round(y, 3)

    def blocks() -> Iterator[Array]:
        return field_blocks(grid, fields, length_scale_low, length_scale_high, seed)

    limits = scale_limits(blocks())
    facts: dict[str, Any] = {
        "sensors": x[::sensor_every].tolist(),
        "queries": y.tolist(),
        "limits": list(limits),
    }
    groups = _row_groups(blocks(), limits, integration_matrix(x, y), sensor_every, chunk)
    write_row_groups(path, groups, facts)
