"""Learning curves of all methods of one model beside each other, on the same axes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing
from epochbudget.figures.from_curves import figure_of_curves, one_a_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture of the losses for each model, and one of the accuracies for classifiers."""
    return one_a_label("methods", files)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the mean curves of one model, axes for each method, in them a line for each budget.

    Args:
        options: `run`, `seeds`, `budgets` (footer and lines).
        inputs: The exported CSV files of one model, one for each method.
    """
    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.lines import draw_curves
    from epochbudget.figures.drawing.panels import few_ticks, method_panels
    from epochbudget.figures.drawing.style import house_style, legend_below_title

    several = {curves.code: curves for curves in map(read_exported, inputs)}
    first = next(iter(several.values()))
    with house_style():
        labels = ("epoch", f"validation {first.quantity}")
        canvas, panels = method_panels(first.label, options, list(several), labels)
        for code, axes in panels.items():
            draw_curves(axes, several[code], options["budgets"], band=False)
        few_ticks(panels[first.code])
        means = ", mean of the seeds" if options["seeds"] > 1 else ""
        legend_below_title(canvas, panels[first.code], f"budget (epochs){means}")
    return canvas


FIGURE = figure_of_curves(
    "methods",
    drawings,
    draw,
    title="Learning curves of all methods",
    caption=(
        "Validation loss or accuracy by epoch, a panel for each method, in it a line for each "
        "budget: the mean of the seeds. All panels of a picture share their axes."
    ),
    order=60,
)
