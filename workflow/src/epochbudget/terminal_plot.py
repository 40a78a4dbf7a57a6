"""A small plot of characters, for a terminal without a display."""

import math
from collections.abc import Iterator, Mapping, Sequence

from epochbudget.errors import UserError

WIDTH, HEIGHT = 66, 16
"""Of the area between the axes, in characters; with the labels it fits 80 columns."""
MARKS = "ox+*#@%&=~$^vs<>"
"""Of the lines, in their order."""


def plot(lines: Mapping[str, Sequence[float]], end: float, log: bool) -> Iterator[str]:
    """Rows of text: the legend, the plot, and below it the axis of x from 0 to `end`.

    Where lines meet, the mark of the first is shown.

    Args:
        lines: Values by name, evenly spaced over the axis of x, the same number in each.
        end: Where the axis of x ends, in epochs.
        log: Whether the axis of the values is logarithmic; values of 0 are then left out.

    Raises:
        UserError: If the axis is logarithmic and no value is above 0.
    """
    shown = [value for values in lines.values() for value in values if value > 0 or not log]
    if not shown:
        raise UserError("no rate is above 0", "leave --log out")
    low, high = min(shown), max(shown)
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]
    marks = {name: MARKS[place % len(MARKS)] for place, name in enumerate(lines)}
    for name, values in reversed(list(lines.items())):
        for column in range(WIDTH):
            value = values[round(column * (len(values) - 1) / (WIDTH - 1))]
            if value > 0 or not log:
                share = _share(value, low, high, log)
                rows[round((1 - share) * (HEIGHT - 1))][column] = marks[name]
    yield "  ".join(f"{mark} {name}" for name, mark in marks.items())
    for place, row in enumerate(rows):
        label = f"{_value(1 - place / (HEIGHT - 1), low, high, log):.3g}" if place % 5 == 0 else ""
        yield f"{label:>9} |{''.join(row)}".rstrip()
    yield f"{'':>9} +{'-' * WIDTH}"
    yield f"{'':>9}  0{'epoch':^{WIDTH - 2 - len(f'{end:.4g}')}} {end:.4g}"


def _share(value: float, low: float, high: float, log: bool) -> float:
    """Where a value lies between `low` (0) and `high` (1); the middle where these are equal."""
    if low == high:
        return 0.5
    if log:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _value(share: float, low: float, high: float, log: bool) -> float:
    """The value at that share of the way from `low` to `high`."""
    return low * (high / low) ** share if log else low + share * (high - low)
