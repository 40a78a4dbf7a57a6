"""Figures that exported curves are enough for, be they a run's own or the authors'."""

from collections.abc import Callable, Mapping, Sequence
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
) -> Figure:
    """A kind of figures that exported curves are enough for."""
    return Figure(kind, lambda experiment: drawings(curve_files(experiment)), draw, drawings)
