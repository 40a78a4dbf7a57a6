"""How fast each schedule lowers the learning rate during a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame
from epochbudget.metrics.definitions.continuous import SCHEDULES
from epochbudget.metrics.learning_rates import SETTINGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture, the same in every experiment but for the run's name."""
    options = {**frame(experiment), "upper_bound": SETTINGS["upper_bound"]}
    table = experiment.path("metric", metric="decay_rate")
    return {"decay_rate": Drawing((table,), options, codes=tuple(SCHEDULES))}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the decay by the share of the run that has passed, one line for each method.

    Args:
        options: `run` (footer) and `upper_bound` of H and EH, in epochs.
        inputs: The table `decay_rate`.

    Raises:
        UserError: If the table is empty.
    """
    from epochbudget.figures.drawing.style import (
        house_style,
        legend_above,
        method_style,
        sheet,
        staggered,
    )
    from epochbudget.metrics.read import lacking, selected

    rows = selected(inputs[0], quantity=["decay_rate"])
    if not rows:
        raise lacking(inputs[0], "decay rates")
    codes = list(dict.fromkeys(row["scheduler"] for row in rows))
    with house_style():
        canvas = sheet("Decay of the learning rate", options, height=4.0)
        axes = canvas.axes[0]
        for place, code in enumerate(codes):
            of_code = [row for row in rows if row["scheduler"] == code]
            budget = int(of_code[0]["budget"])
            shares = [int(row["definition"].removeprefix("t=")) / budget for row in of_code]
            decays = [float(row["value"]) for row in of_code]
            marks = staggered(place, len(codes), len(shares))
            axes.plot(shares, decays, **method_style(code), **marks, label=code)
        axes.set(xlabel="epoch n / budget N", ylabel="−dη/dn (η₀ per epoch)")
        bound = options["upper_bound"]
        legend_above(axes, f"N = {budget} epochs; H and EH with upper bound U = {bound:g}")
    return canvas


FIGURE = Figure(
    kind="decay_rate",
    drawings=drawings,
    draw=draw,
    title="Decay of the learning rate",
    caption=(
        "Negative derivative of the learning rate by the share of the run that has passed, from "
        "the closed forms of the schedules at one budget and initial rate 1."
    ),
    order=150,
)
