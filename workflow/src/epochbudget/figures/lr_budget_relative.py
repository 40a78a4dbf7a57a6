"""Cumulative learning rate against the budget, relative to that of one budget."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame
from epochbudget.metrics.definitions.continuous import SCHEDULES
from epochbudget.metrics.lr_budget import SETTINGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture, the same in every experiment but for the run's name."""
    options = {**frame(experiment), "upper_bound": SETTINGS["upper_bound"]}
    table = experiment.path("metric", metric="lr_budget")
    return {"lr_budget_relative": Drawing((table,), options, codes=tuple(SCHEDULES))}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the integrals of the continuous schedules, one line for each method.

    Args:
        options: `run` (footer) and `upper_bound` of H and EH, in epochs.
        inputs: The table `lr_budget`.

    Raises:
        UserError: If the table is empty.
    """
    from epochbudget.figures.drawing.style import (
        house_style,
        legend_above,
        method_style,
        nested,
        sheet,
    )
    from epochbudget.metrics.read import lacking, selected

    rows = selected(inputs[0], quantity=["lr_budget_relative"], definition=["integral"])
    if not rows:
        raise lacking(inputs[0], "relative budgets of learning rate")
    codes = list(dict.fromkeys(row["scheduler"] for row in rows))
    budgets = list(dict.fromkeys(int(row["budget"]) for row in rows))
    shares = {c: [float(row["value"]) for row in rows if row["scheduler"] == c] for c in codes}
    reference = rows[0]["other_budget"]
    with house_style():
        canvas = sheet("Cumulative learning rate, normalised", options, height=4.0)
        axes = canvas.axes[0]
        for code, width in zip(codes, nested([shares[code] for code in codes]), strict=True):
            axes.plot(budgets, shares[code], **{**method_style(code), **width}, label=code)
        axes.set(xlabel="budget N (epochs)", ylabel=f"∫η dn, relative to N = {reference}")
        axes.set_xticks(budgets)
        axes.set_ylim(0, None)
        bound = options["upper_bound"]
        notes = f"P, C and L are proportional to N; H and EH with upper bound U = {bound:g}"
        legend_above(axes, notes)
    return canvas


FIGURE = Figure(
    kind="lr_budget_relative",
    drawings=drawings,
    draw=draw,
    title="Cumulative learning rate, normalised",
    caption=(
        "Integral of the learning rate by budget, relative to that of one budget, from the closed "
        "forms of the schedules."
    ),
    order=170,
)
