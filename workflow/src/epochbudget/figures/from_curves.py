"""Figures that exported curves are enough for, be they a run's own or the authors'."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles, Drawing, Figure
from epochbudget.figures.frame import scale
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


def curve_files(experiment: "Experiment") -> CurveFiles:
    """The exported curves of an experiment; none, if it has studies alone."""
    codes: dict[str, set[str]] = {}
    for pair in experiment.pairs if experiment.mode != "optimize" else ():
        for label in pair.curve_labels:
            codes.setdefault(label, set()).add(pair.code)
    paths = {
        label: {c: experiment.path("curves", label=label, code=c) for c in methods() if c in used}
        for label, used in codes.items()
    }
    return CurveFiles(experiment.run, len(experiment.seeds), tuple(experiment.budgets), paths)


def one_a_label(prefix: str, files: CurveFiles) -> dict[str, Drawing]:
    """One picture of all methods for each label of curves, named by the prefix and the label."""
    return {
        f"{prefix}_{label}": Drawing(tuple(paths.values()), scale(files))
        for label, paths in files.paths.items()
    }


def figure_of_curves(
    kind: str,
    drawings: Callable[[CurveFiles], dict[str, Drawing]],
    draw: "Callable[[Mapping[str, Any], Sequence[Path]], Canvas]",
    *,
    title: str,
    caption: str,
    order: int = 100,
) -> Figure:
    """A kind of figures that exported curves are enough for.

    The pictures get their labels and codes from the curves that they are drawn from.
    """

    def of_curves(files: CurveFiles) -> dict[str, Drawing]:
        return {name: _shown(files, drawing) for name, drawing in drawings(files).items()}

    def of_experiment(experiment: "Experiment") -> dict[str, Drawing]:
        return of_curves(curve_files(experiment))

    return Figure(kind, of_experiment, draw, title, caption, order, of_curves)


def _shown(files: CurveFiles, drawing: Drawing) -> Drawing:
    """The drawing with the labels and codes of its curves."""
    inputs = set(drawing.inputs)
    curves = files.paths.items()
    labels = tuple(label for label, paths in curves if inputs.intersection(paths.values()))
    shown = {code for _, paths in curves for code, path in paths.items() if path in inputs}
    codes = tuple(code for code in methods() if code in shown)
    return replace(drawing, labels=labels, codes=codes)
