"""Several axes in one figure: one for each method, or one for each model."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from epochbudget.figures.drawing.style import sheet

_PANEL = (2.1, 1.75)
"""Width and height of a method's axes in inches."""


def method_panels(
    title: str,
    options: Mapping[str, Any],
    codes: Sequence[str],
    labels: tuple[str, str],
    legend: bool = True,
    columns: int | None = None,
) -> tuple[Figure, dict[str, Axes]]:
    """A figure with axes for each method, titled by its code; all share x and y.

    Args:
        title: Of the figure.
        options: Of the drawing, for its footer.
        codes: Codes of the methods, in their order.
        labels: Of x and of y, with units.
        legend: Whether to leave room for a legend below the title.
        columns: Axes beside each other; None for the fewest rows' even share of at most five.
    """
    columns = columns or _columns(len(codes))
    rows = math.ceil(len(codes) / columns)
    canvas = sheet(
        title,
        options,
        height=_PANEL[1] * rows + 0.7 + 0.4 * legend,
        width=_PANEL[0] * columns + 0.6,
        rows=rows,
        columns=columns,
        share=(True, True),
        legend=legend,
    )
    panels = dict(zip(codes, canvas.axes, strict=False))
    for axes in canvas.axes[len(codes) :]:
        axes.remove()
    for code, axes in panels.items():
        axes.set_title(code, size=9, pad=4)
    for axes in list(panels.values())[-columns:]:  # also where no axes stand below them
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(labels[0])
    canvas.supylabel(labels[1], size=9)
    return canvas, panels


def _columns(count: int) -> int:
    rows = math.ceil(count / 5)
    return math.ceil(count / rows)


def few_ticks(axes: Axes) -> None:
    """No minor ticks on the shared axis of y, of which small panels do not need the many.

    Ticks are most of the time that a figure of many axes takes. Call it after `log_axis`.
    """
    axes.yaxis.set_minor_locator(NullLocator())


def remark(axes: Axes, text: str) -> None:
    """Words in the middle of axes that have nothing else to show."""
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", size=8, color="0.35"
    )
