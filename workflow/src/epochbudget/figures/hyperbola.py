"""The hyperbola that H and EH follow: the geometric idea of the paper."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame
from epochbudget.metrics.learning_rates import BUDGETS, SETTINGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

SHOWN = 500
"""The budget N of the hyperbola that is drawn in full, in epochs."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture, the same in every experiment but for the run's name."""
    options = {
        **frame(experiment),
        "budget": SHOWN,
        "epochs": list(BUDGETS),
        "upper_bound": SETTINGS["upper_bound"],
    }
    return {"hyperbola": Drawing((), options, codes=("H", "EH"))}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw one hyperbola with its asymptotes, and the arcs of several budgets from one start.

    Args:
        options: `run` (footer), `budget` (N of the left panel), `epochs` (the budgets of the right
            one) and `upper_bound` (U), all in epochs.
        inputs: None.
    """
    from epochbudget.figures.drawing.style import house_style, sheet

    bound = options["upper_bound"]
    with house_style():
        title = "The hyperbola h(n) = √((N − n)/U · (2 − (N + n)/U))"
        canvas = sheet(title, options, height=4.2, width=10.0, columns=2, share=(False, False))
        left, right = canvas.axes
        _draw_geometry(left, options["budget"], bound)
        _draw_arcs(right, options["epochs"], bound)
    return canvas


def _draw_geometry(axes: "Axes", budget: int, bound: float) -> None:
    """Both branches, the asymptotes that cross at U, and the arc of a run, from 0 to N."""
    import numpy as np

    from epochbudget.figures.drawing.style import method_style
    from epochbudget.metrics.definitions.continuous import hyperbola

    height = hyperbola(budget, bound).rate
    color = method_style("H")["color"]
    thin: dict[str, Any] = {"color": "0.55", "linewidth": 0.9}
    reach = 0.5 * bound
    # Quadratic spacing, because the curve is vertical at n = N.
    branch = budget - (budget + reach) * np.linspace(0, 1, 201) ** 2
    heights = np.array([height(n) for n in branch])
    for epochs in (branch, 2 * bound - branch):
        axes.plot(
            np.concatenate((epochs[::-1], epochs)),
            np.concatenate((heights[::-1], -heights)),
            **thin,
        )
    ends = np.array([-reach, 2 * bound + reach])
    for sign in (1, -1):
        axes.plot(ends, sign * (1 - ends / bound), **thin, linestyle="--")
    run = budget * (1 - np.linspace(0, 1, 201) ** 2)
    axes.plot(run, [height(n) for n in run], color=color, linewidth=2.4, label="h(n), 0 ≤ n ≤ N")
    axes.plot([budget, bound], [0, 0], "o", color=color)
    for text, point, offset, side in (
        (f"N = {budget}\nend of the run", (budget, 0), (-12, -24), "right"),
        (f"U = {bound}\ncentre", (bound, 0), (0, -42), "center"),
        ("asymptote 1 − n/U", (0.25 * bound, 0.75), (7, 3), "left"),
        ("h(0)", (0, height(0)), (-6, -11), "right"),
    ):
        axes.annotate(text, point, offset, textcoords="offset points", ha=side, size=8.5)
    axes.axhline(0, color="0.3", linewidth=0.7)
    axes.set(xlabel="epoch n", ylabel="h", xlim=ends, ylim=(-1.25, 1.25))
    axes.set_title("The branch that ends at N, and its asymptote through U")


def _draw_arcs(axes: "Axes", budgets: Sequence[int], bound: float) -> None:
    """The arcs of several budgets, moved to a common start: what the schedules follow."""
    import numpy as np

    from epochbudget.figures.drawing.style import ordered_styles
    from epochbudget.metrics.definitions.continuous import hyperbola

    for budget, style in ordered_styles(budgets).items():
        height = hyperbola(budget, bound).rate
        epochs = budget * (1 - np.linspace(1, 0, 201) ** 2)
        label = f"N = {budget}" + ", along the asymptote" * (budget == bound)
        changes = [height(n) - height(0) for n in epochs]
        axes.plot(epochs, changes, **style, markevery=[-1], label=label)
    axes.set(xlabel="epoch n", ylabel="h(n) − h(0)")
    axes.set_title("Moved to a common start")
    axes.legend(loc="upper right")


FIGURE = Figure(
    kind="hyperbola",
    drawings=drawings,
    draw=draw,
    title="The hyperbola",
    caption=(
        "Left: the hyperbola that HyperbolicLR and ExpHyperbolicLR follow, with its asymptotes, "
        "which cross at the upper bound U, and the arc of one run. Right: the arcs of several "
        "budgets, moved to a common start, which the schedules follow."
    ),
    order=130,
)
