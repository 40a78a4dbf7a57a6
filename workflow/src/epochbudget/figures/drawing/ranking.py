"""Methods ranked on one axis, a line each."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from epochbudget.figures.drawing.style import Style, line_legend

OURS: Style = {"color": "#0072b2", "marker": "o", "linestyle": "none", "markersize": 6}
LAST: Style = {**OURS, "markerfacecolor": "white", "markersize": 5}
PUBLISHED: Style = {"color": "0.5", "marker": "D", "linestyle": "none", "markersize": 5}


def draw_ranking(axes: Axes, rows: Sequence[Mapping[str, str]]) -> None:
    """Draw the best-epoch and the last-epoch accuracy of each method, and the published one.

    Args:
        axes: Where to draw.
        rows: The rows of one model in a leaderboard, in their order; accuracies in percent.
    """
    for place, row in enumerate(rows):
        _draw_point(axes, row, "best_accuracy", place - 0.22, OURS)
        _draw_point(axes, row, "last_accuracy", place, LAST)
        if row["protocol"] == "full":
            _draw_point(axes, row, "published", place + 0.22, PUBLISHED)
        if not row["best_accuracy"]:
            axes.text(0.01, place, "diverged", transform=axes.get_yaxis_transform(), va="center")
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, 0), min(high, 100))
    axes.set_xlabel("validation accuracy (%), mean ± sd of the seeds")
    axes.set_title(rows[0]["model"] + _remark(rows), loc="left")


def ranking_legend(canvas: Figure, published: bool) -> None:
    """What the markers mean, in the room that `sheet` has left below the title."""
    looks = {"best epoch": OURS, "last epoch": LAST}
    line_legend(canvas, looks | ({"published, best epoch": PUBLISHED} if published else {}))


def _draw_point(axes: Axes, row: Mapping[str, str], name: str, place: float, style: Style) -> None:
    """A mean with its standard deviation; nothing, if there is none."""
    if row[name]:
        spread = float(row[f"{name}_std"] or 0)
        axes.errorbar(float(row[name]), place, xerr=spread, elinewidth=1.2, capsize=2, **style)


def _remark(rows: Sequence[Mapping[str, str]]) -> str:
    """Why a model has no published values beside its own."""
    if not any(row["published"] for row in rows):
        return ": nothing published"
    reduced = any(row["protocol"] == "reduced" for row in rows)
    return ": reduced protocol" if reduced else ""
