"""What grouped methods came to: bars of training loss, validation loss and best accuracy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.grouped import codes_of, curve_labels, groups_by_label, longest

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

TABLES = ("training", "final", "best")
PANELS = {
    "training loss": ("final_train_loss",),
    "validation loss": ("final_val_loss", "best_val_loss"),
    "validation accuracy": ("final_accuracy", "best_accuracy"),
}
"""What each axis says -> the quantities of its bars."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model."""
    return drawings_of_summaries("summary", experiment)


def drawings_of_summaries(prefix: str, experiment: "Experiment") -> dict[str, Drawing]:
    """One drawing from the tables for each model with grouped methods."""
    found = {}
    for label, groups in groups_by_label(experiment).items():
        codes, labels = codes_of(groups), curve_labels(experiment, label)
        options = {**longest(experiment), "label": label, "codes": list(codes)}
        tables = tuple(experiment.path("metric", metric=name) for name in TABLES)
        found[f"{prefix}_{label}"] = Drawing(tables, options, labels, codes)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each kind of value, in them a bar for each method, or two.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), `label`, `codes` of the methods.
        inputs: The tables of metrics.
    """
    from epochbudget.figures.drawing.ends import draw_ends, ends_legend, read_ends
    from epochbudget.figures.drawing.style import house_style, sheet, spread

    ends = read_ends(inputs, options)
    panels = {name: [q for q in several if q in ends] for name, several in PANELS.items()}
    panels = {name: several for name, several in panels.items() if several}
    ranges = "; whiskers: range of the seeds" if options["seeds"] > 1 else ""
    with house_style():
        width = 0.9 + (0.9 + 0.28 * len(options["codes"])) * len(panels)
        title = f"{options['label']}: last and best epoch{ranges}"
        canvas = sheet(
            title, options, 3.8, width, columns=len(panels), share=(False, False), legend=True
        )
        spread(canvas)
        for axes, (name, several) in zip(canvas.axes, panels.items(), strict=True):
            draw_ends(axes, [ends[q] for q in several], options["codes"], log="loss" in name)
            axes.set_ylabel(f"{name}{_start(axes, name)}")
        ends_legend(canvas)
    return canvas


def _start(axes: Any, name: str) -> str:
    from epochbudget.figures.drawing.bars import axis_start

    return axis_start(axes, "loss" if "loss" in name else "accuracy")


FIGURE = Figure(
    kind="summary",
    drawings=drawings,
    draw=draw,
    title="Last and best epochs",
    caption=(
        "Grouped methods at the longest budget: training loss of the last epoch, validation loss "
        "and, of classifiers, validation accuracy of the last epoch (filled) and of each seed's "
        "best epoch (hatched). Bars are means of the seeds; losses are on logarithmic axes."
    ),
    order=66,
    of_groups=True,
)
