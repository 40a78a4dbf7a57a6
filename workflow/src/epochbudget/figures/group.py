"""Groups of methods side by side: learning rate, both losses and the accuracy by epoch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.figures.grouped import curve_labels, groups_by_label, longest
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

PANELS = {
    "lr": "learning rate",
    "train_loss": "training loss",
    "loss": "validation loss",
    "accuracy": "validation accuracy",
}
"""Quantity -> what its axis says, in the order of the panels."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model and group."""
    found = {}
    for label, groups in groups_by_label(experiment).items():
        labels = curve_labels(experiment, label)
        for name, codes in groups.items():
            paths = tuple(experiment.path("runs", label=label, code=code) for code in codes)
            options = {
                **longest(experiment),
                "title": f"{label}: {name.replace('_', ' ')}",
                "methods": {code: methods()[code].name for code in codes},
                "quantities": [q for q in PANELS if q != "accuracy" or len(labels) > 1],
            }
            found[f"group_{label}-{name}"] = Drawing(paths, options, labels, codes)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each quantity, in them a line for each method.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), `title`, `methods` (code -> full
            name) and `quantities`.
        inputs: The raw runs of one model, one file for each method.
    """
    from epochbudget.figures.drawing.lines import draw_methods
    from epochbudget.figures.drawing.style import (
        house_style,
        legend_below_title,
        sheet,
    )
    from epochbudget.raw_runs import read_runs

    (budget,) = options["budgets"]
    names = {code: method_title(name, code) for code, name in options["methods"].items()}
    with house_style():
        canvas = sheet(options["title"], options, 5.8, 8.4, rows=2, columns=2, legend=True)
        for axes, quantity in zip(canvas.axes, options["quantities"], strict=False):
            several = [read_runs(path, quantity) for path in inputs]
            draw_methods(axes, several, budget, names)
            axes.set_ylabel(PANELS[quantity])
        for axes in canvas.axes[len(options["quantities"]) :]:
            axes.remove()
        for axes in canvas.axes[-2:]:
            axes.set_xlabel("epoch")
            axes.tick_params(labelbottom=True)
        band = "; mean of the seeds, band: their range" if options["seeds"] > 1 else ""
        legend_below_title(canvas, canvas.axes[0], f"method{band}")
    return canvas


FIGURE = Figure(
    kind="group",
    drawings=drawings,
    draw=draw,
    title="Groups of schedules",
    caption=(
        "A group of methods at the longest budget: learning rate of each epoch's first step, "
        "training loss (mean over the epoch's batches, each before its step), validation loss and, "
        "of classifiers, validation accuracy after each epoch. Losses are on logarithmic axes."
    ),
    order=62,
    of_groups=True,
)
