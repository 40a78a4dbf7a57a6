"""Learning curves: validation loss or accuracy by epoch, one line for each budget.

A method is epoch-insensitive when the lines lie on top of each other.
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


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture for each model and method, and one of the accuracy for classifiers."""
    return {
        f"learning_curve_{label}-{code}": Drawing(
            (path,), {**scale(files), "method": methods()[code].name, "band": True}
        )
        for label, paths in files.paths.items()
        for code, path in paths.items()
    }


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the exported curves of one model and method.

    Args:
        options: `run`, `seeds`, `budgets` (footer), `method` (its full name) and `band`: whether
            to show the range from the smallest to the largest seed.
        inputs: The exported CSV file.
    """
    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.lines import draw_curves
    from epochbudget.figures.drawing.style import house_style, legend_above, sheet

    curves = read_exported(inputs[0])
    with house_style():
        title = f"{curves.label}, {method_title(options['method'], curves.code)}"
        canvas = sheet(title, options, height=4.2)
        axes = canvas.axes[0]
        draw_curves(axes, curves, sorted(curves.mean), band=options["band"])
        axes.set(xlabel="epoch", ylabel=f"validation {curves.quantity}")
        band = ", band: range of the seeds" if options["band"] and options["seeds"] > 1 else ""
        legend_above(axes, f"budget (epochs){band}")
    return canvas


FIGURE = figure_of_curves(
    "learning_curve",
    drawings,
    draw,
    title="Learning curves",
    caption=(
        "Validation loss or accuracy by epoch, one line for each budget: the mean of the seeds, "
        "in a band from the smallest to the largest. A method is insensitive to the budget where "
        "the lines lie on top of each other."
    ),
    order=80,
)
