"""Learning rates by epoch for several budgets, one picture for each method."""

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
    from epochbudget.methods.base import Method


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each method, the same in every experiment but for the run's name."""
    table = experiment.path("metric", metric="learning_rates")
    return {
        f"schedule_{code}": Drawing(
            (table,),
            {
                **frame(experiment),
                "code": code,
                "hyperparameters": {**SETTINGS, **_defaults(code)},
                "epochs": list(BUDGETS),
                "log": code in LOGARITHMIC,
            },
            codes=(code,),
        )
        for code in foreseen(experiment.methods)
    }


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the rates of one method, those of its real scheduler at one step an epoch.

    Args:
        options: `run` (footer), `code`, `hyperparameters`, `epochs` (the budgets), and `log`:
            whether the axis of the rate is logarithmic.
        inputs: The table `learning_rates`.

    Raises:
        UserError: If the table lacks the method.
    """
    from epochbudget.figures.drawing.rates import draw_rates
    from epochbudget.figures.drawing.style import house_style, legend_above, sheet

    method = methods()[options["code"]]
    rates = read(inputs[0], method.code)[method.code]
    with house_style():
        canvas = sheet(method_title(method.name, method.code), options, height=3.8)
        axes = canvas.axes[0]
        draw_rates(axes, {budget: rates[budget] for budget in options["epochs"]}, options["log"])
        axes.set(xlabel="epoch", ylabel="learning rate")
        legend_above(axes, "; ".join(["budget (epochs)", *_notes(method, options)]))
    return canvas


def _defaults(code: str) -> dict[str, float]:
    """The method's own hyperparameters, but those of all methods."""
    return {n: v for n, v in methods()[code].defaults.items() if n not in SETTINGS}


def _notes(method: "Method", options: Mapping[str, Any]) -> list[str]:
    """The hyperparameters that the picture was drawn with, and what they mean for it."""
    hyperparameters = options["hyperparameters"]
    if method.lr_free:
        notes = ["scaled by the optimizer"]
    else:
        used = {"lr", *method.settings}
        notes = [f"{name} {value:g}" for name, value in hyperparameters.items() if name in used]
    if method.feedback:
        notes.append("as long as the validation loss falls")
    return notes + ["the same at every budget"] * method.budget_free(hyperparameters)


FIGURE = Figure(
    kind="schedule",
    drawings=drawings,
    draw=draw,
    title="Schedules",
    caption=(
        "Learning rate by epoch at several budgets, taken from the scheduler that trains, at one "
        "step an epoch, with the hyperparameters named above the axes."
    ),
    order=120,
)
