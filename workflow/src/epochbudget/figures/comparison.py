"""Final values of all methods and budgets beside each other, one picture for each model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing
from epochbudget.figures.frame import scale
from epochbudget.figures.from_curves import figure_of_curves
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture of the losses for each model, and one of the accuracies for classifiers."""
    found = {}
    for label, paths in files.paths.items():
        families = [[code, methods()[code].family] for code in paths]
        options = {**scale(files), "methods": families}
        found[f"comparison_{label}"] = Drawing(tuple(paths.values()), options)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw grouped bars: families beside each other, in them methods, in these budgets.

    Args:
        options: `run`, `seeds`, `budgets` (footer and bars), and `methods`: pairs of code and
            family, in their order.
        inputs: The exported CSV files of one model, one for each method.
    """
    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.bars import axis_start, draw_bars, final_values
    from epochbudget.figures.drawing.style import house_style, legend_above, sheet

    curves = [read_exported(path) for path in inputs]
    values = final_values(curves)
    wanted = {(code, budget) for code, _ in options["methods"] for budget in options["budgets"]}
    quantity = curves[0].quantity
    loss = quantity == "loss"
    with house_style():
        canvas = sheet(curves[0].label, options, height=4.4, width=10.0)
        axes = canvas.axes[0]
        draw_bars(axes, values, options["methods"], options["budgets"], log=loss)
        axes.set_ylabel(f"final validation {quantity}{axis_start(axes, quantity)}")
        notes = ["budget (epochs)"]
        notes += ["whiskers: range of the seeds"] * (options["seeds"] > 1)
        notes += ["×: no run reached its last epoch"] * bool(wanted - values.keys())
        legend_above(axes, "; ".join(notes), gap=0.06)
    return canvas


FIGURE = figure_of_curves(
    "comparison",
    drawings,
    draw,
    title="Final values of all methods",
    caption=(
        "Value at the last epoch of every method at every budget, losses on a logarithmic axis: "
        "bars are means of the seeds, whiskers their range. Methods stand in families."
    ),
    order=20,
)
