"""Power laws: final values by budget with their fits, axes for each method of a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing
from epochbudget.figures.from_curves import figure_of_curves, one_a_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture of the losses for each model, and one of the accuracies for classifiers.

    None where there is only one budget.
    """
    return one_a_label("power_law", files) if len(files.budgets) > 1 else {}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw final values y by budget N, both logarithmic, and the line ln y = A + B ln N.

    Args:
        options: `run`, `seeds`, `budgets` (footer and ticks).
        inputs: The exported CSV files of one model, one for each method.
    """
    from matplotlib.ticker import NullLocator

    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.bars import final_values
    from epochbudget.figures.drawing.fits import draw_fit
    from epochbudget.figures.drawing.panels import few_ticks, method_panels
    from epochbudget.figures.drawing.style import house_style, log_axis
    from epochbudget.metrics.definitions.finals import finals
    from epochbudget.metrics.definitions.power_law import power_regression

    several = {curves.code: curves for curves in map(read_exported, inputs)}
    first = next(iter(several.values()))
    with house_style():
        ranges = "; whiskers: range of the seeds" if options["seeds"] > 1 else ""
        labels = ("budget N (epochs)", f"final validation {first.quantity} y")
        title = f"{first.label}: power laws $y = e^A N^B$ of the means{ranges}"
        canvas, panels = method_panels(title, options, list(several), labels, legend=False)
        for code, axes in panels.items():
            values = {b: final for (_, b), final in final_values([several[code]]).items()}
            fit = power_regression(finals(several[code].mean))
            draw_fit(axes, code, values, fit)
        last = panels[next(reversed(panels))]
        log_axis(last)
        few_ticks(last)
        last.set_xscale("log")
        last.margins(x=0.08)
        last.set_xticks(options["budgets"], map(str, options["budgets"]))
        last.xaxis.set_minor_locator(NullLocator())
    return canvas


FIGURE = figure_of_curves(
    "power_law",
    drawings,
    draw,
    title="Power laws",
    caption=(
        "Final values by budget, both logarithmic, with the least-squares line ln y = A + B ln N "
        "through the means of the seeds; whiskers show their range. Above each panel stand the "
        "exponent B and R²."
    ),
    order=50,
)
