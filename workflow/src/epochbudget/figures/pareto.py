"""The paper's claim with all methods in: insensitivity to the budget against the final loss."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import SMOOTHED_BEFORE_CUT, Drawing, Figure
from epochbudget.figures.frame import scale
from epochbudget.figures.from_curves import curve_files
from epochbudget.metrics.definitions.pareto import CLAIMED
from epochbudget.metrics.names import model_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment
    from epochbudget.figures.drawing.front import Standing


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of all models, if there are several budgets."""
    if experiment.mode == "optimize" or len(experiment.budgets) < 2:
        return {}
    options = {**scale(curve_files(experiment)), "models": list(experiment.labels)}
    options["codes"] = list(experiment.methods)
    table = experiment.path("metric", metric="pareto")
    labels, codes = experiment.labels, experiment.methods
    return {"pareto": Drawing((table,), options, labels, codes)}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each model, in them a point for each method, and the Pareto front.

    Args:
        options: `run`, `seeds`, `budgets` (footer), `models`: their labels, and `codes` of the
            methods in their order.
        inputs: The table `pareto`.
    """
    import math

    from epochbudget.figures.drawing.front import draw_standings, name_standings, said_of
    from epochbudget.figures.drawing.panels import remark
    from epochbudget.figures.drawing.style import Style, house_style, settle, sheet, spread

    labels = options["models"]
    columns = min(len(labels), 2 if len(labels) <= 4 else 3)
    rows = math.ceil(len(labels) / columns)
    standings = {label: _standings(inputs[0], label, options["codes"]) for label in labels}
    with house_style():
        title = f"Final loss at {max(options['budgets'])} epochs against sensitivity to the budget"
        height, width = 3.7 * rows + 0.6, 4.1 * columns + 0.5
        canvas = sheet(
            title, options, height, width, rows=rows, columns=columns, share=(False, False)
        )
        spread(canvas)
        for axes in canvas.axes[len(labels) :]:
            axes.remove()
        for axes, label in zip(canvas.axes, labels, strict=True):
            axes.set_title(label, pad=26)
            axes.set(xlabel="mean SLCD of all pairs of budgets", ylabel="final validation loss")
            if not standings[label]:
                remark(axes, "no SLCD: budgets too short")
                continue
            draw_standings(axes, standings[label])
            said = said_of(standings[label], CLAIMED)
            place: Style = {"xycoords": "axes fraction", "textcoords": "offset points"}
            axes.annotate(said, (0.5, 1), (0, 3), **place, size=7, ha="center", va="bottom")
        settle(canvas)
        for axes, label in zip(canvas.axes, labels, strict=True):
            if standings[label]:
                name_standings(axes, standings[label])
    return canvas


def _standings(path: Path, label: str, codes: Sequence[str]) -> "dict[str, Standing]":
    """What the table says of a model's methods, by code; nothing where budgets are too short."""
    from epochbudget.figures.drawing.front import Standing
    from epochbudget.metrics.read import selected

    found = {}
    rows = selected(path, model=[model_name(label)])
    for code in codes:
        own = [row for row in rows if row["scheduler"] == code]
        mean = {r["quantity"]: float(r["value"]) for r in own if not r["seed"]}
        if not mean:
            continue
        found[code] = Standing(
            mean["slcd_mean"],
            mean["final_val_loss"],
            [float(r["value"]) for r in own if r["quantity"] == "final_val_loss" and r["seed"]],
            [r["definition"] for r in own if r["quantity"] == "dominated_by" and not r["seed"]],
        )
    return found


FIGURE = Figure(
    kind="pareto",
    drawings=drawings,
    draw=draw,
    title="Pareto fronts",
    caption=(
        "Final validation loss at the longest budget by the mean of the smoothed learning curve "
        "differences (SLCD) over all pairs of budgets, a point for each method: the nearer to the "
        "bottom left the better. Filled points form the front, where no other method is better in "
        "one and at least as good in the other; vertical lines show the range of the seeds. To be "
        "insensitive is no merit by itself: a constant rate has the same curve at every budget, "
        "however good or bad it ends, so read the two together. "
        f"{SMOOTHED_BEFORE_CUT}"
    ),
    order=15,
)
