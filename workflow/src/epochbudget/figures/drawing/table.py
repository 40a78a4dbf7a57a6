"""Tables of numbers as pictures."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from matplotlib.axes import Axes

_LEFT, _TOP = -2.5, -2.2
"""Where the names of the rows and the head begin, in columns and rows from the first value."""


def draw_table(
    axes: Axes,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[float | None]],
    best: Sequence[Callable[[Iterable[float]], float]],
) -> None:
    """Write a table with four significant digits, a dash for None, the best of a column bold.

    Args:
        axes: Where to write.
        columns: Their names, perhaps in two lines.
        rows: Values of each row by its name, the uppermost first.
        best: Picks the best value of each column.
    """
    axes.set(xlim=(_LEFT, len(columns) - 0.5), ylim=(len(rows) - 0.4, _TOP))
    axes.axis("off")
    head = (_TOP - 0.5) / 2
    axes.text(_LEFT, head, "method", va="center", weight="bold", size=8)
    for place, (name, pick) in enumerate(zip(columns, best, strict=True)):
        axes.text(place, head, name, ha="center", va="center", weight="bold", size=8)
        values = [row[place] for row in rows.values()]
        winner = pick([v for v in values if v is not None]) if any(values) else None
        for line, value in enumerate(values):
            text = "–" if value is None else f"{value:#.4g}"
            weight = "bold" if value is not None and value == winner else "normal"
            axes.text(place, line, text, ha="center", va="center", size=8, weight=weight)
    for line, name in enumerate(rows):
        axes.text(_LEFT, line, name, va="center", size=8)
    lines = [_TOP + 0.1, -0.5, len(rows) - 0.5]
    axes.hlines(lines, _LEFT, len(columns) - 0.5, color="0.4", lw=0.8)
