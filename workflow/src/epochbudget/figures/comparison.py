"""Final values of all methods and budgets beside each other, one picture for each model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import scale
from epochbudget.metrics.names import model_name
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture of the losses for each model, and one of the accuracies for classifiers."""
    if experiment.mode == "optimize":
        return {}
    table = experiment.path("metric", metric="final")
    found = {}
    for label in experiment.labels:
        pairs = [pair for pair in experiment.pairs if pair.label == label]
        used = {pair.code for pair in pairs}
        shared = {
            **scale(experiment),
            "label": label,
            "model": model_name(label),
            "methods": [[code, m.family] for code, m in methods().items() if code in used],
        }
        found[f"comparison_{label}"] = Drawing((table,), {**shared, "quantity": "final_val_loss"})
        if any(pair.task.classification for pair in pairs):
            options = {**shared, "quantity": "final_accuracy"}
            found[f"comparison_{label}_ACC"] = Drawing((table,), options)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw grouped bars: families beside each other, in them methods, in these budgets.

    Args:
        options: `run`, `seeds`, `budgets` (footer and bars), `label` (title), `model` and
            `quantity` (of the table), and `methods`: pairs of code and family, in their order.
        inputs: The table of final values.

    Raises:
        UserError: If the table is malformed or knows nothing of the model.
    """
    from epochbudget.figures.drawing.bars import draw_bars, read_final
    from epochbudget.figures.drawing.style import house_style, legend_above, sheet

    values = read_final(inputs[0], options["model"], options["quantity"])
    wanted = {(code, budget) for code, _ in options["methods"] for budget in options["budgets"]}
    loss = options["quantity"] == "final_val_loss"
    with house_style():
        canvas = sheet(options["label"], options, height=4.4, width=10.0)
        axes = canvas.axes[0]
        draw_bars(axes, values, options["methods"], options["budgets"], log=loss)
        start = "" if loss else f" (axis starts at {axes.get_ylim()[0]:g})"
        axes.set_ylabel(f"final validation {'loss' if loss else 'accuracy'}{start}")
        notes = ["budget (epochs)"]
        notes += ["whiskers: range of the seeds"] * (options["seeds"] > 1)
        notes += ["×: no run reached its last epoch"] * bool(wanted - values.keys())
        legend_above(axes, "; ".join(notes), gap=0.06)
    return canvas


FIGURE = Figure(kind="comparison", drawings=drawings, draw=draw)
