"""Final values in the paper's form: two models beside each other, by budget and method."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing
from epochbudget.figures.frame import scale
from epochbudget.figures.from_curves import figure_of_curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

PANELS = {"CNN_LSTM": ("CNN_ACC", "OSC_LSTM"), "DeepONet_TraONet": ("Integral_MLP", "Integral_TF")}
"""Endings of the labels of the two models, by the figure's name."""


def drawings(files: CurveFiles) -> dict[str, Drawing]:
    """The paper's two pictures, of the paper's methods; a model without curves is left out."""
    from epochbudget.config.models import PAPERS_SIX  # it imports pydantic, no job should

    found = {}
    for name, endings in PANELS.items():
        ends = [[label for label in files.paths if label.endswith(end)] for end in endings]
        labels = [several[0] for several in ends if several]
        paths = [
            p for n in labels for code, p in files.paths[n].items() if code in (PAPERS_SIX or ())
        ]
        if paths:
            found[f"bars_{name}"] = Drawing(tuple(paths), scale(files))
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each model, groups of bars for each budget, a bar for each method.

    Args:
        options: `run`, `seeds`, `budgets` (footer and groups).
        inputs: The exported CSV files of one or two models, one for each method.
    """
    from itertools import groupby

    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.bars import draw_bars_by_budget
    from epochbudget.figures.drawing.style import house_style, sheet, spread

    models = [
        list(several) for _, several in groupby(map(read_exported, inputs), lambda c: c.label)
    ]
    with house_style():
        count = len(models)
        ranges = "; whiskers: range of the seeds" if options["seeds"] > 1 else ""
        title = f"Final values by budget and method{ranges}"
        canvas = sheet(title, options, 4.2, 5.2 * count + 0.4, columns=count, share=(False, False))
        spread(canvas)
        for axes, several in zip(canvas.axes, models, strict=True):
            draw_bars_by_budget(axes, several, options["budgets"])
            axes.set_title(several[0].label)
            axes.set_xlabel("budget (epochs)")
    return canvas


FIGURE = figure_of_curves(
    "bars",
    drawings,
    draw,
    title="Final values as in the paper",
    caption=(
        "Value at the last epoch of the paper's six methods by budget, two models beside each "
        "other: bars are means of the seeds, whiskers their range."
    ),
    order=30,
)
