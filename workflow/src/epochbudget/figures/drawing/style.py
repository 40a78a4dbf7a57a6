"""The look that all figures share: styles of methods and budgets, the sheet, and saving."""

import math
from collections.abc import Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    LogFormatterSciNotation,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    ScalarFormatter,
)

from epochbudget.figures.drawing.looks import CATALOGUE, COLORS, DASHES, MARKERS, METHODS
from epochbudget.figures.frame import STYLE_FILE
from epochbudget.files import atomic

Style = dict[str, Any]
Number = TypeVar("Number", int, float)

WIDTH = 6.4
"""Width of a figure in inches: one text column at the font sizes of the style file."""
HEAD, LEGEND, FOOT = 0.26, 0.42, 0.2
"""Room for a figure's title, for a legend above all axes, and for the footer, in inches."""


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's own defaults with the style file on top, whatever the user's matplotlibrc."""
    with matplotlib.rc_context(_parameters()):
        yield


@cache
def _parameters() -> dict[Any, Any]:
    params = matplotlib.rc_params_from_file(STYLE_FILE, use_default_template=True)
    return {key: value for key, value in params.items() if not key.startswith("backend")}


def method_style(code: str) -> Style:
    """Colour, line style and marker of a method, the same in every figure.

    No two methods of the registry share a marker or the pair of colour and line style. A method
    that is not known here gets a look by the letters of its code.
    """
    known = list(METHODS)
    if code in CATALOGUE:
        color, dashes, letter = CATALOGUE[code]
        marker: Any = rf"$\mathbf{{{letter}}}$"
    else:
        color, dashes = METHODS.get(code, (sum(code.encode()) % len(COLORS), 4))
        place = known.index(code) if code in known else sum(code.encode())
        marker = MARKERS[place % len(MARKERS)]
    return {"color": COLORS[color], "linestyle": DASHES[dashes], "marker": marker}


def ordered_styles(values: Sequence[Number]) -> dict[Number, Style]:
    """Styles of ordered values (budgets, dampings): the largest is the darkest and solid.

    The colours fall evenly in lightness, so that their order also shows in grey.
    """
    ordered = sorted(values)
    colors = matplotlib.colormaps["viridis"]
    styles = {}
    for place, value in enumerate(reversed(ordered)):
        styles[value] = {
            "color": to_hex(colors(0.85 * place / max(1, len(ordered) - 1))),
            "linestyle": DASHES[place % len(DASHES)],
            "marker": MARKERS[place % len(MARKERS)],
        }
    return {value: styles[value] for value in ordered}


def at_end(values: Sized) -> Style:
    """Show a line's marker where it ends, and lines that end early above the others.

    Where a method ignores the budget the lines coincide, and so each of them still shows.
    """
    return {
        "markevery": [len(values) - 1] if len(values) else [],
        "zorder": 2 + 1 / (1 + len(values)),
    }


def sheet(
    title: str,
    options: Mapping[str, Any],
    height: float,
    width: float = WIDTH,
    rows: int = 1,
    columns: int = 1,
    share: tuple[bool, bool] = (True, False),
    legend: bool = False,
) -> Figure:
    """A figure with a title, a footer, and empty axes in rows and columns.

    Args:
        title: Stands above everything.
        options: Of the drawing: `run` if it is of one, and where they matter `seeds` (how many)
            and `budgets`.
        height: In inches.
        width: In inches.
        rows: Number of axes below each other.
        columns: Number of axes beside each other.
        share: Whether all of them share x, and y.
        legend: Whether to leave room for `legend_below_title`.
    """
    canvas = Figure(figsize=(width, height))
    FigureCanvasAgg(canvas)
    # The layout engine knows nothing of free text, so room for it is left out of its rectangle.
    head, foot = (HEAD + LEGEND * legend) / height, FOOT / height
    canvas.set_layout_engine("constrained", rect=(0.0, foot, 1.0, 1.0 - head - foot))
    canvas.subplots(rows, columns, sharex=share[0], sharey=share[1])
    canvas.text(0.5, 1 - 0.08 / height, title, ha="center", va="top", size=10.5)
    footer: Style = {"ha": "right", "va": "bottom", "size": 6.5, "color": "0.4"}
    canvas.text(0.99, 0.04 / height, _footer(options), **footer)
    return canvas


def spread(canvas: Figure) -> None:
    """Leave more room between axes that have each their own labels."""
    engine = canvas.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(wspace=0.03, hspace=0.05)


def _footer(options: Mapping[str, Any]) -> str:
    """Run and scale in words, so that a demo figure is not taken for the paper's."""
    parts = [f"run {options['run']}"] if "run" in options else []
    if "seeds" in options:
        parts.append(f"{options['seeds']} seed{'' if options['seeds'] == 1 else 's'}")
    if "budgets" in options:
        budgets = options["budgets"]
        plural = "" if len(budgets) == 1 else "s"
        parts.append(f"budget{plural} {'/'.join(map(str, budgets))}")
    return " · ".join(parts)


def staggered(place: int, lines: int, points: int, marks: int = 6) -> Style:
    """Show some of a line's markers, at other points than those of the picture's other lines.

    Args:
        place: Which line it is, from 0.
        lines: Number of lines.
        points: Number of points of each line.
        marks: About how many markers each line gets.
    """
    gap = max(lines, points // marks)
    return {"markevery": (place * gap // lines, gap)}


def nested(lines: Sequence[Sequence[float]]) -> list[Style]:
    """Widths that let lines shine through where they coincide: each as wide as it has to be.

    Args:
        lines: The values of the lines at the same points, in the order in which they are drawn.
    """
    covers = [
        sum(all(map(_close, line, later)) for later in lines[place + 1 :])
        for place, line in enumerate(lines)
    ]
    return [{"linewidth": 1.3 + 1.5 * count, "markersize": 5 + 2 * count} for count in covers]


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=0.01)


def legend_above(axes: Axes, title: str, gap: float = 0.0) -> None:
    """The legend of `axes` above it, outside of the data, in one row while that fits.

    Args:
        axes: Whose labelled artists it names.
        title: What the labels mean.
        gap: Distance from the axes, as a fraction of their height.
    """
    _, labels = axes.get_legend_handles_labels()
    axes.legend(
        title=title,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0 + gap),
        ncols=max(1, min(6, len(labels))),
        title_fontsize=8,
    )


def line_legend(canvas: Figure, looks: Mapping[str, Style]) -> None:
    """What lines and markers mean (label -> look), in the room that `sheet` has left."""
    canvas.legend(
        handles=[Line2D([], [], **look, label=label) for label, look in looks.items()],
        loc="upper center",
        bbox_to_anchor=(0.5, 1.0 - HEAD / canvas.get_figheight()),
        ncols=len(looks),
        handlelength=1 if all(look.get("linestyle") == "none" for look in looks.values()) else None,
    )


def legend_below_title(canvas: Figure, axes: Axes, title: str) -> None:
    """The legend of one of several axes for all of them, in the room that `sheet` has left."""
    handles, labels = axes.get_legend_handles_labels()
    canvas.legend(
        handles,
        labels,
        title=title,
        loc="upper center",
        bbox_to_anchor=(0.5, 1.0 - 0.22 / canvas.get_figheight()),
        ncols=max(1, min(8, len(labels))),
        title_fontsize=8,
    )


def log_axis(axes: Axes, which: Literal["x", "y"] = "y") -> None:
    """Make y (or x) logarithmic, with enough labelled ticks also where the data span few decades.

    Call it after the data are drawn.
    """
    axes.set(**{f"{which}scale": "log"})
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    axis = axes.xaxis if which == "x" else axes.yaxis
    if high < 10 * low:
        axis.set_major_locator(MaxNLocator(6 if which == "y" else 4))
        axis.set_major_formatter(ScalarFormatter(useMathText=True))
        axis.set_minor_locator(MaxNLocator(6))
    elif high < (1000 if which == "y" else 100) * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        labels = LogFormatterSciNotation(minor_thresholds=(math.inf, math.inf))
        axis.set_major_formatter(labels)
    if which == "x":  # where numbers stand side by side, fewer have room
        axis.set_minor_formatter(NullFormatter())


def settle(canvas: Figure) -> None:
    """Give the figure its final layout, for what is drawn where others have left room."""
    engine = canvas.get_layout_engine()
    if engine:
        engine.execute(canvas)
        # With an engine, each file would be drawn once more to look for the same layout.
        canvas.set_layout_engine(None)


_UNDATED: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Creator": None, "Date": None},
}
"""Metadata that would differ from day to day or from version to version, left out."""


def save(canvas: Figure, *paths: Path | str) -> None:
    """Write the figure to each file atomically, with the same bytes for the same picture.

    Args:
        canvas: The figure.
        paths: Where to; the suffix (.png, .pdf, .svg) is the format.

    Raises:
        UserError: If a folder cannot be written.
    """
    with house_style(), matplotlib.rc_context({"svg.hashsalt": "epochbudget"}):
        settle(canvas)
        for path in paths:
            with atomic(path) as temporary:
                canvas.savefig(temporary, metadata=_UNDATED[temporary.suffix])
