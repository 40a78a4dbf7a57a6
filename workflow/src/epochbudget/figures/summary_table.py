"""What grouped methods came to, as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.figures.summary import PANELS, drawings_of_summaries
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model."""
    return drawings_of_summaries("summary_table", experiment)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Write the values, in each column the best one bold.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), `label`, `codes` of the methods.
        inputs: The tables of metrics.
    """
    from epochbudget.figures.drawing.ends import read_ends
    from epochbudget.figures.drawing.style import house_style, sheet
    from epochbudget.figures.drawing.table import draw_table

    ends = read_ends(inputs, options)
    columns = {
        f"{quantity.partition('_')[0].replace('final', 'last')}\n{name}": quantity
        for name, several in PANELS.items()
        for quantity in several
        if quantity in ends
    }
    names = {method_title(methods()[code].name, code): code for code in options["codes"]}
    cells = {
        name: [
            ends[quantity][code].mean if code in ends[quantity] else None
            for quantity in columns.values()
        ]
        for name, code in names.items()
    }
    with house_style():
        height, width = 1.1 + 0.24 * len(names), 2.7 + 1.35 * len(columns)
        canvas = sheet(f"{options['label']}: last and best epochs", options, height, width)
        best = [max if "accuracy" in column else min for column in columns]
        draw_table(canvas.axes[0], list(columns), cells, best)
    return canvas


FIGURE = Figure(
    kind="summary_table",
    drawings=drawings,
    draw=draw,
    title="Table of last and best epochs",
    caption=(
        "Losses and accuracies of grouped methods at the longest budget, in the last epoch and in "
        "each seed's best: means of the seeds, the best one of each column bold. The metric tables "
        "training, final and best have them in full, also of single seeds and of other budgets."
    ),
    order=68,
    of_groups=True,
)
