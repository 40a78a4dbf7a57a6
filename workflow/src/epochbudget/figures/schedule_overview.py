"""Learning rates of all methods by epoch and budget, as small multiples in one picture."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import foreseen, frame, method_title
from epochbudget.metrics.learning_rates import BUDGETS, LOGARITHMIC, SETTINGS, read
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

COLUMNS = 5


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of the experiment's methods."""
    codes = foreseen(experiment.methods)
    options = {
        **frame(experiment),
        "codes": list(codes),
        "logarithmic": [code for code in codes if code in LOGARITHMIC],
        "hyperparameters": SETTINGS,
        "epochs": list(BUDGETS),
    }
    table = experiment.path("metric", metric="learning_rates")
    return {"schedule_overview": Drawing((table,), options, codes=codes)} if codes else {}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw a panel for each method.

    Args:
        options: `run` (footer), `codes` of the methods, those of them whose axis is `logarithmic`,
            `hyperparameters` that all have in common, and `epochs` (the budgets).
        inputs: The table `learning_rates`.

    Raises:
        UserError: If the table lacks a method.
    """
    from epochbudget.figures.drawing.rates import draw_rates
    from epochbudget.figures.drawing.style import (
        WIDTH,
        house_style,
        legend_below_title,
        sheet,
    )

    codes = options["codes"]
    rates = read(inputs[0], *codes)
    columns = min(COLUMNS, len(codes))
    rows = math.ceil(len(codes) / columns)
    common = [f"{name} {value:g}" for name, value in options["hyperparameters"].items()]
    with house_style():
        canvas = sheet(
            "Learning-rate schedules",
            options,
            height=1.2 + 1.9 * rows,
            width=max(WIDTH, 2.3 * columns),
            rows=rows,
            columns=columns,
            legend=True,
        )
        panels = canvas.axes
        for code, axes in zip(codes, panels, strict=False):
            by_budget = {budget: rates[code][budget] for budget in options["epochs"]}
            draw_rates(axes, by_budget, code in options["logarithmic"])
            axes.set_title(method_title(methods()[code].name, code), size=8.5)
        for axes in panels[len(codes) :]:
            axes.set_visible(False)
        for axes in panels[max(0, len(codes) - columns) : len(codes)]:
            axes.set_xlabel("epoch")
            axes.tick_params(labelbottom=True)
        for axes in panels[::columns]:
            axes.set_ylabel("learning rate")
        legend_below_title(canvas, panels[0], "; ".join(["budget (epochs)", *common]))
    return canvas


FIGURE = Figure(
    kind="schedule_overview",
    drawings=drawings,
    draw=draw,
    title="Schedules of all methods",
    caption=(
        "Learning rate by epoch of every method at several budgets, taken from the schedulers "
        "that train, at one step an epoch. Only the hyperparameters that all have in common are "
        "named above; the others are the methods' defaults."
    ),
    order=110,
)
