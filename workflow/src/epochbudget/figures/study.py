"""Hyperparameter studies: the value of every trial and the best so far, axes for each method."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.trials import drawings_of_studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model, unless the experiment has no studies."""
    return drawings_of_studies("study", experiment)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the histories of one model's studies.

    Args:
        options: `run` (footer), `label`, `codes` (of the methods), `trials`, `epochs` (of a trial),
            `random` (how many trials are random whatever they give).
        inputs: The files trials.csv, one for each method.
    """
    from epochbudget.figures.drawing.histories import draw_history
    from epochbudget.figures.drawing.panels import few_ticks, method_panels
    from epochbudget.figures.drawing.style import house_style, legend_below_title, log_axis
    from epochbudget.figures.trials import read_trials

    with house_style():
        labels = ("trial", f"validation loss at {options['epochs']} epochs")
        canvas, panels = method_panels(options["label"], options, options["codes"], labels)
        for path, axes in zip(inputs, panels.values(), strict=True):
            draw_history(axes, read_trials(path))
        last = panels[options["codes"][-1]]
        log_axis(last)
        few_ticks(last)
        last.set_xlim(-0.6, options["trials"] - 0.4)
        last.locator_params("x", integer=True)
        few = options["trials"] <= options["random"]
        note = (
            f"too few for a search: the first {options['random']} trials are random" if few else ""
        )
        legend_below_title(canvas, last, note)
    return canvas


FIGURE = Figure(
    kind="study",
    drawings=drawings,
    draw=draw,
    title="Hyperparameter studies",
    caption=(
        "Validation loss of every trial at the study's budget in the order of the trials, a panel "
        "for each method, with the best so far as a line. A cross marks a trial that failed or "
        "diverged."
    ),
    order=90,
)
