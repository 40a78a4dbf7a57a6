"""Final values against SLCD: insensitive and good methods stand in one corner."""

from collections.abc import Collection, Sequence
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from epochbudget.curves import CurveSet
from epochbudget.figures.drawing.bars import final_values
from epochbudget.figures.drawing.insensitivity import slcd_by_pair
from epochbudget.figures.drawing.panels import remark
from epochbudget.figures.drawing.style import Style, log_axis, method_style
from epochbudget.registry import methods


def draw_methods(axes: Axes, several: Sequence[CurveSet], budget: int) -> None:
    """Draw a point for each method of a model, with the range of the seeds as a line.

    Args:
        axes: Of the model.
        several: Its curves, all losses or all accuracies.
        budget: Epochs of the final values.
    """
    values = final_values(several)
    for curves in several:
        final, differences = values.get((curves.code, budget)), slcd_by_pair(curves)
        if final is None or not differences:
            continue
        x = fmean(differences.values())
        axes.vlines(x, final.low, final.high, color="0.75", lw=0.8, zorder=1)
        axes.plot(x, final.mean, **_look(curves.code), clip_on=False, zorder=3)
    quantity = several[0].quantity
    if not axes.lines:
        remark(axes, "no SLCD: budgets too short")
    elif quantity == "loss":
        log_axis(axes)
    axes.margins(y=0.12)
    axes.set_xlim(left=0)
    axes.locator_params("x", nbins=5)
    axes.set(xlabel="mean SLCD of all pairs of budgets", ylabel=f"final validation {quantity}")
    _mark_corner(axes, top=quantity == "accuracy")


def _look(code: str) -> Style:
    style = method_style(code)
    return {"color": style["color"], "marker": style["marker"], "linestyle": "none", "ms": 6}


def _mark_corner(axes: Axes, top: bool) -> None:
    """Name the corner where a method is insensitive and good."""
    text = "insensitive and good"
    place: Style = {"va": "top", "y": 0.985} if top else {"va": "bottom", "y": 0.015}
    axes.text(0.02, s=text, transform=axes.transAxes, size=7, color="0.4", style="italic", **place)


def method_legend(canvas: Figure, codes: Collection[str]) -> None:
    """One legend of the methods in their order, to the right of all axes."""
    used = [code for code in methods() if code in codes]
    handles = [Line2D([], [], **_look(code), label=code) for code in used]
    canvas.legend(handles=handles, loc="outside right center", title="method", title_fontsize=8)
