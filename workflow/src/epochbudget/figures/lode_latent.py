"""The latent space of LODE: paths of the runs that it has learnt from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.figures.steered import drawings_of_learnt

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

KIND = "lode_latent"


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model that is trained with LODE."""
    return drawings_of_learnt(experiment, KIND)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the latent path of each earlier run in the plane of two principal components.

    Args:
        options: `run` (footer), `label`, `methods`: code -> full name.
        inputs: What LODE learnt, and the earlier runs, one file for each method.
    """
    from epochbudget.figures.drawing.earlier_runs import read_learnt
    from epochbudget.figures.drawing.latent_paths import (
        draw_colour_bar,
        draw_paths,
        latent_paths,
        principal_plane,
        shape_legend,
        shapes,
    )
    from epochbudget.figures.drawing.style import house_style, sheet

    dynamics, runs = read_learnt(inputs)
    plane = principal_plane(latent_paths(dynamics, runs))
    titles = {code: method_title(name, code) for code, name in options["methods"].items()}
    with house_style():
        title = f"{options['label']}: latent paths of earlier runs"
        canvas = sheet(title, options, height=5.0, width=6.8, legend=True)
        (axes,) = canvas.axes
        lines = draw_paths(axes, plane, runs)
        draw_colour_bar(canvas, axes, lines, runs[0].accuracy)
        shape_legend(canvas, titles, shapes(runs))
    return canvas


FIGURE = Figure(
    kind=KIND,
    drawings=drawings,
    draw=draw,
    title="Latent paths of runs",
    caption=(
        "How LODE's latent ODE sees the earlier runs that it has learnt from. A window of 20 "
        "points moves along each run; its encoded states, of 20 dimensions, are a path, drawn in "
        "the plane of the first two principal components of all of them. A dot is where a path "
        "begins, a marker where it ends: its shape says the method, the colour what score the run "
        "had in the end."
    ),
    order=28,
)
