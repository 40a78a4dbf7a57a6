"""The paper's figures from the authors' curves: the kinds of figures that curves are enough for."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from epochbudget import registry
from epochbudget.figures.base import CurveFiles, Drawing

RUN = "published"
"""Stands at the foot of each figure; the name of its folder."""
BUDGETS = (50, 100, 150, 200)
"""Budgets of the authors' curves, in epochs."""
SEEDS = 5
"""Seeds of which they are the mean, minimum and maximum."""


def published_drawings(files: Iterable[str]) -> dict[str, Drawing]:
    """Every figure that can be drawn from some of the authors' curve files, by name."""
    named: dict[str, dict[str, str]] = {}
    for file in files:
        label, code = Path(file).stem.removeprefix("Result_").rsplit("-", 1)
        named.setdefault(label, {})[code] = file
    paths = {
        label: {code: codes[code] for code in registry.methods() if code in codes}
        for label, codes in sorted(named.items())
    }
    curves = CurveFiles(RUN, SEEDS, BUDGETS, paths)
    return {
        name: replace(drawing, kind=kind)
        for kind, figure in registry.figures().items()
        for name, drawing in figure.of_curves(curves).items()
    }
