"""The paper's message at a glance: final value against epoch insensitivity, one point a method."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import SMOOTHED_BEFORE_CUT, CurveFiles, Drawing
from epochbudget.figures.frame import scale
from epochbudget.figures.from_curves import figure_of_curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture of all models, each by what it is judged by, if there are several budgets."""
    paths = [path for label in files.judged for path in files.paths[label].values()]
    several = len(files.budgets) > 1
    return {"overview": Drawing(tuple(paths), scale(files))} if paths and several else {}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each model: the final value at the longest budget by the mean SLCD.

    Args:
        options: `run`, `seeds`, `budgets` (footer).
        inputs: The exported CSV files, model after model.
    """
    import math
    from itertools import groupby

    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.corner import draw_methods, method_legend
    from epochbudget.figures.drawing.style import house_style, sheet, spread

    models = [
        list(several) for _, several in groupby(map(read_exported, inputs), lambda c: c.label)
    ]
    columns = min(len(models), 4)
    rows = math.ceil(len(models) / columns)
    budget = max(options["budgets"])
    codes = {curves.code for several in models for curves in several}
    with house_style():
        height, width = 2.9 * rows + 0.8, 3.1 * columns + 0.9
        title = f"Final value at {budget} epochs against sensitivity to the budget"
        canvas = sheet(
            title, options, height, width, rows=rows, columns=columns, share=(False, False)
        )
        spread(canvas)
        for axes in canvas.axes[len(models) :]:
            axes.remove()
        for axes, several in zip(canvas.axes, models, strict=True):
            draw_methods(axes, several, budget)
            axes.set_title(several[0].label)
        method_legend(canvas, codes)
    return canvas


FIGURE = figure_of_curves(
    "overview",
    drawings,
    draw,
    title="Overview",
    caption=(
        "Each point is a method: its final value at the longest budget, mean of the seeds, by the "
        "mean of its smoothed learning curve differences (SLCD) over all pairs of budgets; lines "
        "show the range of the seeds. Methods in the marked corner are good and indifferent to "
        "the budget. "
        f"{SMOOTHED_BEFORE_CUT}"
    ),
    order=10,
)
