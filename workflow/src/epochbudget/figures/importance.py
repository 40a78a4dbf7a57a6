"""Hyperparameter importances of the studies of a model, after fANOVA (Hutter et al., 2014)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.trials import RANDOM, drawings_of_studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model, unless the studies are too short to tell."""
    if experiment.config.study.trials < RANDOM:
        return {}
    return drawings_of_studies("importance", experiment)


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw the importances of one model's studies, a row for each method.

    Args:
        options: `run` (footer), `label`, `codes` (of the methods), `random` (the fewest finished
            trials that importances are computed from).
        inputs: The files trials.csv, one for each method.
    """
    from epochbudget.figures.drawing.fanova import importances
    from epochbudget.figures.drawing.heat_map import draw_cells
    from epochbudget.figures.drawing.style import WIDTH, house_style, sheet
    from epochbudget.figures.trials import read_trials

    cells: dict[tuple[str, str], float | None] = {}
    rows, names = [], {}
    for code, path in zip(options["codes"], inputs, strict=True):
        trials = read_trials(path)
        finished = [trial for trial in trials if trial.value is not None]
        few = len(finished) < options["random"]
        rows.append(f"{code} ({len(finished)} trials{': too few' if few else ''})")
        searched = trials[0].parameters
        names.update(dict.fromkeys(searched))
        found = {} if few else importances(finished)
        cells |= {(rows[-1], name): found.get(name) for name in searched}
    with house_style():
        title = f"{options['label']}: importance of hyperparameters for the logarithm of the loss"
        height, width = 0.27 * len(rows) + 1.1, max(WIDTH, 0.85 * len(names) + 2.4)
        canvas = sheet(title, options, height, width)
        axes = canvas.axes[0]
        draw_cells(axes, cells, rows, list(names), digits=2)
        need = f"share of the variance (fANOVA), from {options['random']} finished trials on"
        axes.set(xlabel=f"hyperparameter; {need}", ylabel="method")
    return canvas


FIGURE = Figure(
    kind="importance",
    drawings=drawings,
    draw=draw,
    title="Importance of hyperparameters",
    caption=(
        "Share of each hyperparameter in the variance of the logarithm of the loss, estimated "
        "from a study's finished trials with Optuna's fANOVA. Studies with too few trials are "
        "left blank."
    ),
    order=100,
)
