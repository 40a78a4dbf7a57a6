"""How fast the learning rate falls at the start of a run, against the budget."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

CODES = ("P", "L", "H", "EH")
BUDGETS = (50, 1000, 10)
"""First, last, step; the last is the upper bound of the paper's figures of schedules."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture, the same in every experiment but for the run's name."""
    options = {**frame(experiment), "codes": list(CODES), "epochs": list(BUDGETS)}
    return {"initial_gradient": Drawing((), options, codes=CODES)}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the gradient at epoch 0, one line for each method.

    Args:
        options: `run` (footer), `codes` of the methods, and `epochs` (first and last budget, and
            their distance).
        inputs: None.
    """
    from epochbudget.figures.drawing.style import (
        house_style,
        legend_above,
        log_axis,
        method_style,
        sheet,
        staggered,
    )
    from epochbudget.metrics.definitions.continuous import SCHEDULES

    first, last, step = options["epochs"]
    budgets = list(range(first, last + 1, step))
    codes = options["codes"]
    with house_style():
        canvas = sheet("Initial gradient of the schedules", options, height=4.0)
        axes = canvas.axes[0]
        for place, code in enumerate(codes):
            gradients = [SCHEDULES[code](budget).decay(0) for budget in budgets]
            marks = staggered(place, len(codes), len(budgets))
            axes.plot(budgets, gradients, **method_style(code), **marks, label=code)
        log_axis(axes)
        axes.set(xlabel="budget N (epochs)", ylabel="−dη/dn at n = 0 (η₀ per epoch)")
        axes.set_xlim(0, None)
        legend_above(axes, f"C starts at 0; H and EH with upper bound U = {last} epochs")
    return canvas


FIGURE = Figure(
    kind="initial_gradient",
    drawings=drawings,
    draw=draw,
    title="Initial gradient",
    caption=(
        "How fast the learning rate falls at epoch 0, by budget, from the closed forms of the "
        "schedules at initial rate 1. A flat line means that the start does not depend on the "
        "budget."
    ),
    order=140,
)
