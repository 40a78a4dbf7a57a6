"""Learning curves: validation loss or accuracy by epoch, one line for each budget.

A method is epoch-insensitive when the lines lie on top of each other.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import scale
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model and method, and one of the accuracy for classifiers."""
    if experiment.mode == "optimize":
        return {}
    found = {}
    for pair in experiment.pairs:
        options = {**scale(experiment), "method": methods()[pair.code].name, "band": True}
        for suffix in ("", "_ACC") if pair.task.classification else ("",):
            label = pair.label + suffix
            path = experiment.path("curves", label=label, code=pair.code)
            found[f"learning_curve_{label}-{pair.code}"] = Drawing((path,), options)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the exported curves of one model and method.

    Args:
        options: `run`, `seeds`, `budgets` (footer), `method` (its full name) and `band`: whether
            to show the range from the smallest to the largest seed.
        inputs: The exported CSV file.
    """
    from epochbudget.curves import read_exported
    from epochbudget.figures.drawing.style import (
        at_end,
        house_style,
        legend_above,
        log_axis,
        method_title,
        ordered_styles,
        sheet,
    )

    curves = read_exported(inputs[0])
    with house_style():
        title = f"{curves.label}, {method_title(options['method'], curves.code)}"
        canvas = sheet(title, options, height=4.2)
        axes = canvas.axes[0]
        for budget, style in ordered_styles(list(curves.mean)).items():
            mean = curves.mean[budget]
            epochs = range(1, len(mean) + 1)
            if options["band"]:
                low, high = curves.low[budget], curves.high[budget]
                axes.fill_between(epochs, low, high, color=style["color"], alpha=0.12, lw=0)
            axes.plot(epochs, mean, **style, **at_end(mean), label=str(budget))
        loss = curves.quantity == "loss"
        if loss:
            log_axis(axes)
        axes.set(xlabel="epoch", ylabel=f"validation {curves.quantity}")
        axes.set_xlim(left=0)
        axes.locator_params("x", integer=True)
        band = ", band: range of the seeds" if options["band"] and options["seeds"] > 1 else ""
        legend_above(axes, f"budget (epochs){band}")
    return canvas


FIGURE = Figure(kind="learning_curve", drawings=drawings, draw=draw)
