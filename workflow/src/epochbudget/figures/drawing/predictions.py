"""Runs beside what a latent ODE says of them after their first points."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation, LogLocator

from epochbudget.figures.drawing.earlier_runs import EarlierRun, known_quantities, logarithmic
from epochbudget.figures.drawing.style import Style, line_legend, log_axis, method_style
from epochbudget.lode.fit import WINDOW, Dynamics

REAL: Style = {"color": "0.72", "linewidth": 3.2, "solid_capstyle": "round"}
PREDICTED: Style = {"color": method_style("LODE")["color"], "linewidth": 1.3}
WINDOW_END: Style = {"color": "0.3", "linewidth": 0.9, "linestyle": (0, (1, 2))}


def draw_prediction(row: Sequence[Axes], run: EarlierRun, dynamics: Dynamics) -> None:
    """Draw a run, in each quantity, and its prediction from the longest window of its first points.

    Args:
        row: Axes of training loss, learning rate and score.
        run: The run.
        dynamics: Predicts.
    """
    window = run.observed[: WINDOW[1]]
    predicted = dynamics.decode(dynamics.encode(window)[None], len(run.observed))[:, 0]
    drawn = (known_quantities(channels, run.accuracy) for channels in (run.observed, predicted))
    for axes, real, said in zip(row, *drawn, strict=True):
        axes.plot(run.times, real, **REAL)
        axes.plot(run.times, said, **PREDICTED)
        axes.axvline(run.times[len(window) - 1], **WINDOW_END)
        axes.locator_params("x", integer=True)


def share_scales(rows: Sequence[Sequence[Axes]], accuracy: bool) -> None:
    """Give each column one scale for all of it; call it when everything is drawn."""
    for column, log in zip(zip(*rows, strict=True), logarithmic(accuracy), strict=True):
        for axes in column[1:]:
            axes.sharey(column[0])
        if log:
            log_axis(column[0])
            _only_decades(column[0])


def _only_decades(axes: Axes) -> None:
    """Label the powers of ten alone, where there are two of them: small axes have room for few."""
    low, high = axes.get_ylim()
    if high >= 100 * low:
        axes.yaxis.set_major_locator(LogLocator())
        axes.yaxis.set_major_formatter(LogFormatterSciNotation())


def prediction_legend(canvas: Figure) -> None:
    """What the lines mean, in the room that `sheet` has left below the title."""
    looks = {
        "run": REAL,
        "predicted by the latent ODE": PREDICTED,
        "end of what it was given": WINDOW_END,
    }
    line_legend(canvas, looks)
