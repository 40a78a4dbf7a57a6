"""Epoch insensitivity at a glance: SLCD of every method and pair of budgets, one map a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import SMOOTHED_BEFORE_CUT, CurveFiles, Drawing
from epochbudget.figures.from_curves import figure_of_curves, one_a_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """One picture of the losses for each model, and one of the accuracies for classifiers.

    None where there is only one budget.
    """
    return one_a_label("slcd", files) if len(files.budgets) > 1 else {}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the published definition of SLCD of the mean curves, and its mean over the pairs.

    Args:
        options: `run`, `seeds`, `budgets` (footer, and the pairs).
        inputs: The exported CSV files of one model, one for each method.
    """
    from itertools import combinations
    from statistics import fmean

    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.heat_map import draw_cells
    from epochbudget.figures.drawing.insensitivity import slcd_by_pair
    from epochbudget.figures.drawing.style import WIDTH, house_style, sheet

    several = [read_exported(path) for path in inputs]
    names = {pair: f"{pair[0]}, {pair[1]}" for pair in combinations(options["budgets"], 2)}
    cells: dict[tuple[str, str], float | None] = {}
    for curves in several:
        found = slcd_by_pair(curves)
        cells |= {(curves.code, name): found.get(pair) for pair, name in names.items()}
        cells[curves.code, "mean"] = fmean(found.values()) if found else None
    codes, columns = [curves.code for curves in several], [*names.values(), "mean"]
    title = (
        f"{several[0].label}: SLCD of the validation {several[0].quantity} (0: epoch-insensitive)"
    )
    with house_style():
        height, width = 0.27 * len(codes) + 1.1, max(WIDTH, 0.75 * len(columns) + 1.6)
        canvas = sheet(title, options, height, width)
        axes = canvas.axes[0]
        draw_cells(axes, cells, codes, columns, digits=4)
        axes.set(xlabel="pair of budgets (epochs)", ylabel="method")
    return canvas


FIGURE = figure_of_curves(
    "slcd",
    drawings,
    draw,
    title="Epoch insensitivity (SLCD)",
    caption=(
        "Smoothed learning curve difference of every method for every pair of budgets, and its "
        "mean over the pairs; 0 means that the curves coincide. It is computed from the mean "
        "curves of the seeds by the paper's definition, in the logarithm for losses. "
        f"{SMOOTHED_BEFORE_CUT}"
    ),
    order=40,
)
