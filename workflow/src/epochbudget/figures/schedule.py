"""Learning rates by epoch for several budgets, one picture for each method."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame
from epochbudget.metrics.learning_rates import BUDGETS, SETTINGS, read
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

_LOGARITHMIC = ("EH", "WEH")


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each method, the same in every experiment but for the run's name."""
    table = experiment.path("metric", metric="learning_rates")
    return {
        f"schedule_{code}": Drawing(
            (table,),
            {
                **frame(experiment),
                "code": code,
                "hyperparameters": SETTINGS,
                "epochs": list(BUDGETS),
                "log": code in _LOGARITHMIC,
            },
        )
        for code in experiment.methods
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
    from epochbudget.figures.drawing.style import (
        at_end,
        house_style,
        legend_above,
        log_axis,
        method_title,
        ordered_styles,
        sheet,
    )

    method = methods()[options["code"]]
    by_budget = read(inputs[0], method.code)
    with house_style():
        canvas = sheet(method_title(method.name, method.code), options, height=3.8)
        axes = canvas.axes[0]
        for budget, style in ordered_styles(options["epochs"]).items():
            rates = by_budget[budget]
            axes.plot(range(len(rates)), rates, **style, **at_end(rates), label=str(budget))
        if options["log"]:
            log_axis(axes)
        else:
            axes.set_ylim(-0.04, 1.08 * axes.dataLim.ymax)
        axes.set(xlabel="epoch", ylabel="learning rate")
        used = [
            f"{name} {value:g}"
            for name, value in options["hyperparameters"].items()
            if name in method.settings or (name == "lr" and not method.lr_free)
        ]
        used += ["scaled by the optimizer"] * method.lr_free
        legend_above(axes, "; ".join(["budget (epochs)", *used]))
    return canvas


FIGURE = Figure(kind="schedule", drawings=drawings, draw=draw)
