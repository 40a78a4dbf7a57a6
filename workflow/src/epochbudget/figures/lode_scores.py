"""What LODE came to: final scores of all seeds beside its controls and the other methods."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.grouped import longest
from epochbudget.figures.steered import steered
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

STEERINGS = ("", "nothing", "advice", "shuffled", "chance")
"""In the order in which methods are shown: LODE beside what it began with."""
PAIR = ("LODE-prior", "LODE")
"""Codes of methods whose runs with the same seed begin alike."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of all models that are trained with LODE or one of its controls."""
    labels = {pair.label: pair.curve_labels[-1] for pair in steered(experiment)}
    if not labels:
        return {}
    shown = sorted(
        (pair for pair in experiment.pairs if pair.label in labels),
        key=lambda p: (list(labels).index(p.label), STEERINGS.index(p.method.steering)),
    )
    quantities = ["accuracy" if pair.task.classification else "loss" for pair in shown]
    used = {pair.code for pair in shown}
    drawing = Drawing(
        tuple(experiment.path("runs", label=pair.label, code=pair.code) for pair in shown),
        {**longest(experiment), "quantities": quantities},
        tuple(labels.values()),
        tuple(code for code in methods() if code in used),
    )
    return {"lode_scores": drawing}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw a column of axes for each model: final scores, and below them largest eigenvalues.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), and of each of the inputs, in
            `quantities`, what is its score: "accuracy" or "loss".
        inputs: The raw runs of all models, one file for each method, in their order.
    """
    from epochbudget.figures.drawing.panels import remark
    from epochbudget.figures.drawing.seed_points import draw_seeds, draw_wins, read_models
    from epochbudget.figures.drawing.style import house_style, sheet, spread

    (budget,) = options["budgets"]
    models = read_models(inputs, options["quantities"], budget)
    rows = 1 + any(model.measured for model in models)
    widths = [max(2.8, 0.36 * len(model.scores) + 0.9) for model in models]
    with house_style():
        canvas = sheet(
            f"Final scores at {budget} epochs",
            options,
            height=2.3 * rows + 1.0,
            width=sum(widths),
            rows=rows,
            columns=len(models),
            share=(False, False),
        )
        spread(canvas)
        grid = canvas.axes[0].get_gridspec()
        assert grid is not None
        grid.set_width_ratios(widths)
        for axes, model in zip(canvas.axes, models, strict=False):
            axes.set_title(model.label, size=9, pad=14)
            score = "validation accuracy (%)" if model.accuracy else "validation loss"
            axes.set_ylabel(f"final {score}")
            draw_seeds(axes, model.scores, model.seeds, PAIR, log=not model.accuracy)
            draw_wins(axes, model, PAIR[1])
            axes.tick_params(labelbottom=rows == 1 or not model.measured)
        for axes, model in zip(canvas.axes[len(models) :], models, strict=False):
            axes.set_ylabel("largest Hessian eigenvalue")
            if model.measured:
                draw_seeds(axes, model.eigenvalues, model.seeds, PAIR, log=True)
            else:
                axes.axis("off")
                remark(axes, "no eigenvalues measured")
    return canvas


FIGURE = Figure(
    kind="lode_scores",
    drawings=drawings,
    draw=draw,
    title="LODE and its controls",
    caption=(
        "Final validation accuracy or loss of each seed by method at the longest budget, and "
        "their mean as a line; below, where it was measured, the largest eigenvalue of the "
        "Hessian (hollow points: negative ones, by their magnitude). Grey lines join the runs of "
        "LODE and LODE-prior with the same seed, which are equal until LODE first changes the "
        "schedule. Above each other method: in how many of the seeds that ended with both LODE "
        "scores better. A cross is a run that diverged."
    ),
    order=25,
)
