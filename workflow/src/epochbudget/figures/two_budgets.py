"""The paper's examples: a schedule that depends on the budget beside ExpHyperbolicLR, each at the
smallest and the largest budget.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing
from epochbudget.figures.frame import method_title, scale
from epochbudget.figures.from_curves import figure_of_curves
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

EXAMPLES = {"OSC_LSTM": ("C", "EH"), "Integral_MLP": ("P", "EH")}
"""Methods by label of the model."""


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture for each of the paper's examples that there are curves of."""
    found = {}
    for label, codes in EXAMPLES.items():
        paths = files.paths.get(label, {})
        if all(code in paths for code in codes) and len(files.budgets) > 1:
            names = [methods()[code].name for code in codes]
            options = {**scale(files), "methods": names}
            found[f"two_budgets_{label}"] = Drawing(tuple(paths[c] for c in codes), options)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the curves of two methods side by side, with the range of the seeds.

    Args:
        options: `run`, `seeds`, `budgets` (footer; the first and the last are drawn), `methods`:
            their full names.
        inputs: The exported CSV files of one model, one for each method.
    """
    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.lines import draw_curves
    from epochbudget.figures.drawing.style import (
        house_style,
        legend_below_title,
        sheet,
    )

    several = [read_exported(path) for path in inputs]
    budgets = sorted({min(options["budgets"]), max(options["budgets"])})
    with house_style():
        canvas = sheet(
            several[0].label, options, 4.1, 8.4, columns=2, share=(True, True), legend=True
        )
        for axes, curves, name in zip(canvas.axes, several, options["methods"], strict=True):
            draw_curves(axes, curves, budgets, band=True)
            axes.set_title(method_title(name, curves.code))
            axes.set_xlabel("epoch")
        canvas.axes[0].set_ylabel(f"validation {several[0].quantity}")
        band = ", band: range of the seeds" if options["seeds"] > 1 else ""
        legend_below_title(canvas, canvas.axes[0], f"budget (epochs){band}")
    return canvas


FIGURE = figure_of_curves(
    "two_budgets",
    drawings,
    draw,
    title="Two budgets, two methods",
    caption=(
        "The paper's examples: a schedule that depends on the budget beside ExpHyperbolicLR, each "
        "at the smallest and the largest budget. Lines are means of the seeds, bands their range."
    ),
    order=70,
)
