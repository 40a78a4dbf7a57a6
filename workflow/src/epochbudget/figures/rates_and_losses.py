"""Learning rates of grouped methods, each with its validation loss behind."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.figures.grouped import codes_of, groups_by_label, longest
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model."""
    found = {}
    for label, groups in groups_by_label(experiment).items():
        codes = codes_of(groups)
        paths = tuple(experiment.path("runs", label=label, code=code) for code in codes)
        names = {code: methods()[code].name for code in codes}
        options = {**longest(experiment), "label": label, "methods": names}
        found[f"rates_and_losses_{label}"] = Drawing(paths, options, (label,), codes)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each method, with an axis of the rate at the left and one of the loss.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), `label`, `methods`: code -> full
            name.
        inputs: The raw runs of one model, one file for each method.
    """
    import math
    from textwrap import fill

    from epochbudget.figures.drawing.lines import draw_behind
    from epochbudget.figures.drawing.panels import method_panels
    from epochbudget.figures.drawing.style import house_style, method_style
    from epochbudget.raw_runs import read_runs

    (budget,) = options["budgets"]
    several = [read_runs(path, "loss") for path in inputs]
    codes = [curves.code for curves in several]
    columns = math.ceil(math.sqrt(len(codes)))
    with house_style():
        canvas, panels = method_panels(
            f"{options['label']}: learning rates, and validation losses behind them",
            options,
            codes,
            ("epoch", "learning rate"),
            legend=False,
            columns=columns,
        )
        losses = [curves.complete().get(budget) for curves in several]
        behind = draw_behind(list(panels.values()), losses, columns, "validation loss (grey)")
        for code, path, axes in zip(codes, inputs, panels.values(), strict=True):
            rates = read_runs(path, "lr").complete().get(budget)
            style = {name: method_style(code)[name] for name in ("color", "linestyle")}
            if rates is not None:
                axes.plot(range(1, budget + 1), rates, **style)
            axes.set_title(fill(method_title(options["methods"][code], code), 30), size=8, pad=4)
            axes.set_ylim(bottom=0)
            axes.set_zorder(behind[axes].get_zorder() + 1)
            axes.patch.set_visible(False)
    return canvas


FIGURE = Figure(
    kind="rates_and_losses",
    drawings=drawings,
    draw=draw,
    title="Learning rates and losses",
    caption=(
        "Learning rate of each epoch's first step at the longest budget, a panel for each method "
        "of the configured groups, and behind it in grey the validation loss (axis at the right, "
        "logarithmic); means of the seeds. All panels share their axes."
    ),
    order=64,
    of_groups=True,
)
