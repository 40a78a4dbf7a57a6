"""Learning curves as lines, one for each budget or one for each method."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from epochbudget.curves import Curve, CurveSet
from epochbudget.figures.drawing.style import (
    at_end,
    log_axis,
    method_style,
    nested,
    ordered_styles,
    staggered,
)


def draw_curves(axes: Axes, curves: CurveSet, budgets: Sequence[int], band: bool) -> None:
    """Draw the mean curves of some budgets by epoch, losses on a logarithmic axis.

    Args:
        axes: Where to draw.
        curves: Of one model and method.
        budgets: In epochs; those of which there is no curve are passed over.
        band: Whether to show the range from the smallest to the largest seed.
    """
    for budget, style in ordered_styles(budgets).items():
        if budget not in curves.mean:
            continue
        mean = curves.mean[budget]
        epochs = range(1, len(mean) + 1)
        if band:
            low, high = curves.low[budget], curves.high[budget]
            axes.fill_between(epochs, low, high, color=style["color"], alpha=0.12, lw=0)
        axes.plot(epochs, mean, **style, **at_end(mean), label=str(budget))
    if curves.quantity == "loss":
        log_axis(axes)
    axes.set_xlim(left=0)
    axes.locator_params("x", integer=True)


def draw_methods(
    axes: Axes, several: Sequence[CurveSet], budget: int, names: Mapping[str, str]
) -> None:
    """Draw the mean curve of each method at one budget by epoch, with the range of the seeds.

    Args:
        axes: Where to draw; logarithmic for losses.
        several: Curves of one model and quantity, one set for each method.
        budget: In epochs; methods of which there is no curve are passed over.
        names: What the legend calls each method, by code.
    """
    drawn = [curves for curves in several if budget in curves.complete()]
    widths = nested([list(curves.mean[budget]) for curves in drawn])
    for place, curves in enumerate(drawn):
        epochs = range(1, budget + 1)
        style = {**method_style(curves.code), **widths[place]}
        if len(curves.seeds[budget]) > 1:
            ends = curves.low[budget], curves.high[budget]
            axes.fill_between(epochs, *ends, color=style["color"], alpha=0.12, lw=0)
        marks = staggered(place, len(drawn), budget)
        axes.plot(epochs, curves.mean[budget], **style, **marks, label=names[curves.code])
    if drawn and several[0].quantity in ("loss", "train_loss"):
        log_axis(axes)
    axes.set_xlim(left=0)
    axes.locator_params("x", integer=True)


def draw_behind(
    panels: Sequence[Axes], losses: Sequence[Curve | None], columns: int, label: str
) -> dict[Axes, Axes]:
    """Draw a loss into each panel, on a logarithmic axis at the right that all of them share.

    Args:
        panels: In rows.
        losses: The losses of each panel by epoch; None for none.
        columns: Panels in a row.
        label: Of the axis, written at the last panel of each row.

    Returns:
        The new axes by their panel.
    """
    twins: dict[Axes, Axes] = {}
    first = None
    for axes, curve in zip(panels, losses, strict=True):
        twin = twins[axes] = axes.twinx()
        if first:
            twin.sharey(first)
        first = first or twin
        twin.grid(visible=False)
        if curve is not None:
            twin.plot(range(1, len(curve) + 1), curve, color="0.7", lw=2.2, ls=(0, (3, 1)))
    if first:
        log_axis(first)
    for place, twin in enumerate(twins.values()):
        last = place % columns == columns - 1 or place == len(twins) - 1
        twin.tick_params(axis="y", which="both", right=last, labelright=last, colors="0.4")
        if last:
            twin.set_ylabel(label, color="0.4", size=8)
    return twins
