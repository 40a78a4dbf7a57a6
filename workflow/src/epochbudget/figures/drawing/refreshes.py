"""Learning rates of runs that are steered, and when they were."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from epochbudget.curves import Curve
from epochbudget.figures.drawing.style import Style, method_style

BEGIN: Style = {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 0.9, "zorder": 2.5}
CHANCE: Style = {"color": "0.6", "linewidth": 0.9}
STEERED: Style = {"color": method_style("LODE")["color"], "linewidth": 1.7}
CHANGED: Style = {
    "color": STEERED["color"],
    "marker": "o",
    "linestyle": "none",
    "markersize": 5,
    "zorder": 3,
}
KEPT: Style = {**CHANGED, "markerfacecolor": "white"}

Refresh = tuple[int, int, float | None]
"""Epoch, futures considered, predicted score; see `LodeTrainer.refreshes`."""


def draw_rates_of_seed(
    axes: Axes,
    begin: Sequence[float] | None,
    steered: Curve,
    refreshes: Sequence[Refresh],
    chance: Curve | None,
) -> None:
    """Draw the rates of one seed by epoch.

    Args:
        axes: Where to draw.
        begin: The schedule that it began with; None where that is not known.
        steered: Its rates.
        refreshes: When LODE was asked; the rates change from the next epoch on.
        chance: Rates of the run with this seed that chance has steered, if there is one.
    """
    for rates, style in ((chance, CHANCE), (begin, BEGIN), (steered, STEERED)):
        if rates is not None:
            axes.plot(range(1, len(rates) + 1), rates, **style)
    for style, kept in ((CHANGED, False), (KEPT, True)):
        epochs = [e for e, considered, _ in refreshes if (considered == 0) == kept]
        axes.plot(epochs, [steered[epoch - 1] for epoch in epochs], **style)
    axes.set_xlim(left=0)
    axes.locator_params("x", integer=True)


def refresh_legend(canvas: Figure, chance: bool) -> None:
    """What lines and marks mean, at the right of all axes.

    Args:
        canvas: The figure.
        chance: Whether chance has steered runs, too.
    """
    looks = {
        "LODE": STEERED,
        "changed after\nthis epoch": CHANGED,
        "asked, but left\nas it was": KEPT,
        "what LODE\nbegan with": BEGIN,
        **({"the same, changed\nby chance": CHANCE} if chance else {}),
    }
    handles = [Line2D([], [], **look, label=label) for label, look in looks.items()]
    canvas.legend(handles=handles, loc="outside right center", handlelength=2, labelspacing=0.8)
