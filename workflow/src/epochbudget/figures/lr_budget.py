"""Cumulative learning rate of every method and budget, as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame, method_title
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

DEFINITIONS = {"steps": "", "integral": ", continuous"}
"""The definitions of the values, in their order, and what the names of their rows add."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of the experiment's methods that have a learning rate."""
    codes = [code for code in experiment.methods if methods()[code].foreseeable]
    table = experiment.path("metric", metric="lr_budget")
    options = {**frame(experiment), "codes": codes}
    return {"lr_budget": Drawing((table,), options, codes=tuple(codes))} if codes else {}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Write the values, each on a shade that shows its share of what a constant rate spends.

    Args:
        options: `run` (footer) and `codes` of the methods.
        inputs: The table `lr_budget`.

    Raises:
        UserError: If the table lacks a method.
    """
    from epochbudget.figures.drawing.style import house_style, sheet

    by_row = _read(inputs[0], options["codes"])
    budgets = list(next(iter(by_row.values())))
    with house_style():
        title = "Cumulative learning rate, in epochs at the initial rate η₀"
        canvas = sheet(title, options, height=1.6 + 0.24 * len(by_row), width=7.2)
        axes = canvas.axes[0]
        shares = [[value / budget for budget, value in row.items()] for row in by_row.values()]
        # The darkest shade in use is light enough for black letters.
        axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1.8, edgecolor="white", linewidth=0.8)
        for place, row in enumerate(by_row.values()):
            for column, value in enumerate(row.values()):
                spot = (column + 0.5, place + 0.5)
                axes.text(*spot, f"{value:.1f}", ha="center", va="center", size=8)
        axes.set_xticks([column + 0.5 for column in range(len(budgets))], map(str, budgets))
        axes.set_yticks([place + 0.5 for place in range(len(by_row))], list(by_row))
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(
            "budget N (epochs)\nshade: share of what the constant rate spends\n"
            "continuous: integral instead of the sum over steps"
        )
    return canvas


def _read(path: Path, codes: Sequence[str]) -> dict[str, dict[int, float]]:
    """Name of the row -> budget -> value."""
    from epochbudget.metrics.read import lacking, selected

    found: dict[str, dict[int, float]] = {}
    for definition, note in DEFINITIONS.items():
        rows = selected(path, quantity=["lr_budget"], definition=[definition])
        for code in codes:
            values = {int(r["budget"]): float(r["value"]) for r in rows if r["scheduler"] == code}
            if values:
                found[method_title(methods()[code].name, code) + note] = values
            elif definition == "steps":
                raise lacking(path, f"cumulative learning rates of {code}")
    return found


FIGURE = Figure(
    kind="lr_budget",
    drawings=drawings,
    draw=draw,
    title="Cumulative learning rate",
    caption=(
        "Sum of the learning rates of a run by method and budget, in epochs at the initial rate, "
        "over the steps that are trained; rows called continuous are integrals of the closed "
        "forms."
    ),
    order=160,
)
