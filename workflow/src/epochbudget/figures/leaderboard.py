"""Methods ranked by the accuracy of their best epoch, beside the published ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of all classifiers, of runs with a model of the schedule benchmark."""
    from epochbudget.verification.baselines import labels

    pairs = [pair for pair in experiment.pairs if pair.task.classification]
    if experiment.mode == "optimize" or not labels() & {pair.label for pair in pairs}:
        return {}
    used = {pair.code for pair in pairs}
    shown = Drawing(
        (experiment.path("leaderboard"),),
        {**frame(experiment), "seeds": len(experiment.seeds), "budgets": [max(experiment.budgets)]},
        tuple(dict.fromkeys(pair.label for pair in pairs)),
        tuple(code for code in experiment.methods if code in used),
    )
    return {"leaderboard": shown}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each model, a line for each method, the best above.

    Args:
        options: `run`, `seeds`, `budgets` (footer).
        inputs: leaderboard.csv.
    """
    import csv
    from itertools import groupby

    from epochbudget.figures.drawing.ranking import draw_ranking, ranking_legend
    from epochbudget.figures.drawing.style import house_style, sheet, spread

    with inputs[0].open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    models = [list(rows) for _, rows in groupby(table, lambda row: row["model"])]
    heights = [0.36 * len(rows) + 0.9 for rows in models]
    with house_style():
        canvas = sheet(
            "Accuracy of the best and of the last epoch",
            options,
            sum(heights) + 0.9,
            rows=len(models),
            share=(False, False),
            legend=True,
        )
        grid = canvas.axes[0].get_gridspec()
        assert grid is not None
        grid.set_height_ratios([len(rows) + 1 for rows in models])
        spread(canvas)
        for axes, rows in zip(canvas.axes, models, strict=True):
            draw_ranking(axes, rows)
        ranking_legend(canvas, _any_compared(table))
    return canvas


def _any_compared(table: Sequence[Mapping[str, str]]) -> bool:
    return any(row["published"] and row["protocol"] == "full" for row in table)


FIGURE = Figure(
    "leaderboard",
    drawings,
    draw,
    "Leaderboard",
    caption=(
        "Accuracy in percent by model and method: filled, of each seed's best epoch; hollow, of "
        "the last epoch; means of the seeds with their standard deviation. Grey diamonds are "
        "the published results of the schedule benchmark (MLS-Bench dl-lr-schedule), with theirs. "
        "They are drawn where the protocol is the published one in full; leaderboard.csv says of "
        "each how far the two agree, or why they cannot be compared."
    ),
    order=25,
)
