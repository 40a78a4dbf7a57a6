"""The history of a hyperparameter study."""

import math
from collections.abc import Sequence
from itertools import accumulate

from matplotlib.axes import Axes

from epochbudget.figures.drawing.style import Style
from epochbudget.figures.trials import Trial


def draw_history(axes: Axes, trials: Sequence[Trial]) -> None:
    """Draw each trial's value, the best so far as steps, and failed trials at the upper edge.

    Args:
        axes: Of the method.
        trials: In their order.
    """
    numbers = [trial.number for trial in trials]
    values = [math.inf if trial.value is None else trial.value for trial in trials]
    finished = [(n, v) for n, v in zip(numbers, values, strict=True) if v < math.inf]
    best = [(n, v) for n, v in zip(numbers, accumulate(values, min), strict=True) if v < math.inf]
    dots: Style = {"marker": "o", "markersize": 3.5, "linestyle": "none", "color": "#56b4e9"}
    axes.plot(*_columns(finished), **dots, label="trial")
    axes.plot(*_columns(best), color="black", drawstyle="steps-post", lw=1.1, label="best so far")
    failed = [n for n, v in zip(numbers, values, strict=True) if v == math.inf]
    for number in failed:
        transform = axes.get_xaxis_transform()
        axes.text(number, 0.97, "×", transform=transform, ha="center", va="top", color="#d55e00")
    if failed:
        axes.set_title(f"{axes.get_title()}, × {len(failed)} failed", size=9, pad=4)


def _columns(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
