"""Tables whose cells are shaded by their value."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes

_COLORS = "Blues"
"""Readable by the colour-blind and in grey: the larger a value, the darker its cell."""


def draw_cells(
    axes: Axes,
    values: Mapping[tuple[str, str], float | None],
    rows: Sequence[str],
    columns: Sequence[str],
    digits: int,
) -> None:
    """Draw a table, each cell with its number, or a dash where it has none.

    Args:
        axes: Where to draw.
        values: By (row, column), not negative; None is a dash, and what is not there stays empty.
        rows: Names of the rows, the uppermost first.
        columns: Names of the columns.
        digits: Digits after the point.
    """
    table = np.full((len(rows), len(columns)), np.nan)
    largest = max((value for value in values.values() if value), default=1.0)
    for (row, column), value in values.items():
        y, x = rows.index(row), columns.index(column)
        text, color = "–", "0.1"
        if value is not None:
            table[y, x] = value
            text = f"{value:.{digits}f}"
            color = "white" if value > 0.55 * largest else color
        axes.text(x, y, text, ha="center", va="center", size=7.5, color=color)
    axes.imshow(table, cmap=matplotlib.colormaps[_COLORS], vmin=0.0, vmax=largest, aspect="auto")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    # White gaps between the cells.
    axes.hlines(np.arange(len(rows) - 1) + 0.5, -0.5, len(columns) - 0.5, color="white", lw=1.5)
    axes.vlines(np.arange(len(columns) - 1) + 0.5, -0.5, len(rows) - 0.5, color="white", lw=1.5)
