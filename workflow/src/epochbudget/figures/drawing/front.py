"""Final loss against SLCD: the points of one model, and the front of those that nothing beats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from epochbudget.figures.drawing.labels import label_points
from epochbudget.figures.drawing.style import Style, log_axis, method_style


@dataclass(frozen=True)
class Standing:
    """Where one method stands.

    Attributes:
        slcd: Mean SLCD over the pairs of budgets, of the mean curves.
        final: Final validation loss at the longest budget, of the mean curve.
        seeds: Final validation loss of each seed.
        dominated_by: Codes of the methods on the front that dominate it; none if it is on it.
    """

    slcd: float
    final: float
    seeds: Sequence[float]
    dominated_by: Sequence[str]


def draw_standings(axes: Axes, standings: Mapping[str, Standing]) -> None:
    """Draw a point for each method, filled on the front, and the front as a staircase.

    Args:
        axes: Of one model.
        standings: By code of the method; at least one.
    """
    front = sorted((s.slcd, s.final) for s in standings.values() if not s.dominated_by)
    for code, standing in standings.items():
        ends = (*standing.seeds, standing.final)
        axes.vlines(standing.slcd, min(ends), max(ends), color="0.75", lw=0.8, zorder=1)
        look: Style = {name: method_style(code)[name] for name in ("color", "marker")}
        fill: Style = {"mfc": "white", "mew": 1.2} if standing.dominated_by else {}
        axes.plot(standing.slcd, standing.final, **look, **fill, ls="none", ms=6, zorder=3)
    axes.margins(0.12)
    log_axis(axes)
    if min(standing.slcd for standing in standings.values()) > 0:
        log_axis(axes, "x")
    (left, right), (_, top) = axes.get_xlim(), axes.get_ylim()
    x = [front[0][0], *(point[0] for point in front), right]
    y = [top, *(point[1] for point in front), front[-1][1]]
    axes.plot(x, y, drawstyle="steps-post", color="0.55", lw=1.0, ls="--", zorder=2)
    axes.set(xlim=(left, right), ylim=(axes.get_ylim()[0], top))


def name_standings(axes: Axes, standings: Mapping[str, Standing]) -> None:
    """Write the codes beside the points, bold on the front; call it when the layout is final."""
    bold = {code: {"weight": "bold"} for code, s in standings.items() if not s.dominated_by}
    label_points(axes, {code: (s.slcd, s.final) for code, s in standings.items()}, bold)


def said_of(standings: Mapping[str, Standing], asked: Sequence[str]) -> str:
    """Two lines: which methods are on the front, and what dominates those that are asked for."""
    front = [code for code, standing in standings.items() if not standing.dominated_by]
    lines = [f"on the front: {', '.join(front)}"]
    beaten = [
        f"{code} is dominated by {', '.join(standings[code].dominated_by)}"
        for code in asked
        if code in standings and standings[code].dominated_by
    ]
    return "\n".join([*lines, "; ".join(beaten)])
