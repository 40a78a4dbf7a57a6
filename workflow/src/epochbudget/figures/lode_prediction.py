"""What LODE's latent ODE says of the runs that it has learnt from, beside what they did."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.figures.steered import drawings_of_learnt

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

KIND = "lode_prediction"


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model that is trained with LODE."""
    return drawings_of_learnt(experiment, KIND)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw a row of axes for each method: training loss, learning rate and score by epoch.

    Args:
        options: `run` (footer), `label`, `methods`: code -> full name.
        inputs: What LODE learnt, and the earlier runs, one file for each method.
    """
    from epochbudget.figures.drawing.earlier_runs import middle_runs, names, read_learnt
    from epochbudget.figures.drawing.predictions import (
        draw_prediction,
        prediction_legend,
        share_scales,
    )
    from epochbudget.figures.drawing.style import house_style, sheet

    dynamics, runs = read_learnt(inputs)
    shown = middle_runs(runs)
    accuracy = runs[0].accuracy
    with house_style():
        canvas = sheet(
            f"{options['label']}: earlier runs, and what the latent ODE predicts of them",
            options,
            height=1.5 * len(shown) + 0.9,
            width=8.4,
            rows=len(shown),
            columns=3,
            share=(True, False),
            legend=True,
        )
        rows = [canvas.axes[start : start + 3] for start in range(0, len(canvas.axes), 3)]
        for row, (code, run) in zip(rows, shown.items(), strict=True):
            draw_prediction(row, run, dynamics)
            row[0].set_ylabel(method_title(options["methods"][code], code), size=7.5)
        share_scales(rows, accuracy)
        for axes, name in zip(rows[0], names(accuracy), strict=True):
            axes.set_title(name, size=9)
        for axes in rows[-1]:
            axes.set_xlabel("epoch")
        prediction_legend(canvas)
    return canvas


FIGURE = Figure(
    kind=KIND,
    drawings=drawings,
    draw=draw,
    title="What the latent ODE predicts",
    caption=(
        "Earlier runs that LODE has learnt from, one for each method, with the middle one of its "
        "peak learning rates (grey), and the latent ODE's prediction (coloured) from the first 20 "
        "points of each; the dotted line shows where these end. The latent ODE was trained on all "
        "of these runs, so this tells how well it fits them, not how well it foresees others."
    ),
    order=27,
)
