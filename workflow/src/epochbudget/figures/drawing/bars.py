"""Grouped bars of the final values of curves."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from matplotlib.axes import Axes

from epochbudget.curves import CurveSet
from epochbudget.figures.drawing.style import Style, log_axis, method_style, ordered_styles


@dataclass(frozen=True)
class Final:
    """The final value of one method at one budget: of the mean curve, and range of the seeds."""

    mean: float
    low: float
    high: float


Finals = Mapping[tuple[str, int], Final]


def final_values(several: Iterable[CurveSet]) -> Finals:
    """Last values of one model's curves by (code, budget).

    A budget that no run finished has no final value; it is left out.
    """
    return {
        (curves.code, budget): Final(
            float(mean[-1]), float(curves.low[budget][-1]), float(curves.high[budget][-1])
        )
        for curves in several
        for budget, mean in curves.complete().items()
    }


def draw_bars(
    axes: Axes,
    values: Finals,
    methods: Sequence[Sequence[str]],
    budgets: Sequence[int],
    log: bool,
) -> None:
    """Draw one bar for each method and budget, the methods of a family side by side.

    A budget without a value has a cross at the foot of the axis instead of a bar.

    Args:
        axes: Where to draw.
        values: Final values by (code, budget).
        methods: Pairs of code and family, in their order.
        budgets: In epochs.
        log: Whether the axis of the values is logarithmic.
    """
    places = _places(methods)
    width = 0.84 / len(budgets)
    for rank, (budget, style) in enumerate(ordered_styles(budgets).items()):
        shift = (rank - (len(budgets) - 1) / 2) * width
        drawn = [(places[code] + shift, values.get((code, budget))) for code, _ in methods]
        bars = [(x, final) for x, final in drawn if final]
        axes.bar(
            [x for x, _ in bars],
            [final.mean for _, final in bars],
            width=0.94 * width,
            color=style["color"],
            label=str(budget),
        )
        draw_whiskers(axes, [x for x, _ in bars], [final for _, final in bars])
        for x in sorted({x for x, _ in drawn} - {x for x, _ in bars}):
            axes.text(x, 0.01, "×", transform=axes.get_xaxis_transform(), ha="center", size=7)
    scale_values(axes, _of(values, methods), log)
    axes.set_xticks(list(places.values()), list(places))
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(min(places.values()) - 0.7, max(places.values()) + 0.7)
    _name_families(axes, methods, places)


def draw_bars_by_budget(axes: Axes, several: Sequence[CurveSet], budgets: Sequence[int]) -> None:
    """Draw a group of bars for each budget, a bar for each method with its code at its foot.

    A budget that no run of a method finished has a cross instead.

    Args:
        axes: Where to draw.
        several: The curves of one model, in the order of the bars.
        budgets: In epochs.
    """
    values = final_values(several)
    width = 0.86 / len(several)
    for rank, curves in enumerate(several):
        shift = (rank - (len(several) - 1) / 2) * width
        for place, budget in enumerate(budgets):
            _draw_bar(axes, place + shift, 0.92 * width, values, curves.code, budget)
    quantity = several[0].quantity
    methods = [(curves.code, "") for curves in several]
    scale_values(axes, _of(values, methods), log=quantity == "loss")
    axes.set_xticks(range(len(budgets)), list(map(str, budgets)))
    axes.tick_params(axis="x", length=0, pad=14)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.55, len(budgets) - 0.45)
    axes.set_ylabel(f"final validation {quantity}{axis_start(axes, quantity)}")


def _draw_bar(axes: Axes, x: float, width: float, values: Finals, code: str, budget: int) -> None:
    foot: Style = {"transform": axes.get_xaxis_transform(), "ha": "center"}
    axes.text(x, -0.015, code, **foot, va="top", size=6.5)
    final = values.get((code, budget))
    if final is None:
        axes.text(x, 0.01, "×", **foot, size=7)
        return
    axes.bar(x, final.mean, width=width, color=method_style(code)["color"])
    draw_whiskers(axes, [x], [final])


def axis_start(axes: Axes, quantity: str) -> str:
    """Words on where a linear axis starts, because it is not 0; none for a logarithmic one."""
    return "" if quantity == "loss" else f" (axis starts at {axes.get_ylim()[0]:g})"


def draw_whiskers(axes: Axes, places: Sequence[float], finals: Sequence[Final]) -> None:
    """Draw the ranges of some values as lines on their bars."""
    lows, highs = [final.low for final in finals], [final.high for final in finals]
    for color, line in (("white", 2.0), ("0.15", 0.8)):  # the rim shows it on dark bars
        axes.vlines(places, lows, highs, color=color, linewidth=line)


def _places(methods: Sequence[Sequence[str]]) -> dict[str, float]:
    """Centre of each method's group of bars, families in the order of their first method."""
    families = list(dict.fromkeys(family for _, family in methods))
    ordered = sorted(methods, key=lambda method: families.index(method[1]))
    return {
        code: place + 0.5 * families.index(family) for place, (code, family) in enumerate(ordered)
    }


def _of(values: Finals, methods: Sequence[Sequence[str]]) -> list[Final]:
    codes = {code for code, _ in methods}
    return [final for (code, _), final in values.items() if code in codes]


def scale_values(axes: Axes, finals: Sequence[Final], log: bool) -> None:
    """Start the axis a little below the smallest value, where differences can be seen."""
    several = (end for final in finals for end in (final.low, final.mean, final.high))
    ends = [end for end in several if end > 0 or not log]
    if not ends:
        return
    low, high = min(ends), max(ends)
    if log:
        margin = 1.1 * (high / low) ** 0.08
        axes.set_ylim(low / margin, high * margin)
        log_axis(axes)
    else:
        spread = max(high - low, 0.01)
        foot = math.floor(100 * (low - 0.15 * spread)) / 100
        axes.set_ylim(max(0.0, foot), high + 0.05 * spread)


def _name_families(
    axes: Axes, methods: Sequence[Sequence[str]], places: Mapping[str, float]
) -> None:
    """Write each family's name above its methods, and shade every second family."""
    family = {method[0]: method[1] for method in methods}
    for rank, (name, codes) in enumerate(groupby(places, key=family.__getitem__)):
        centres = [places[code] for code in codes]
        first, last = centres[0] - 0.72, centres[-1] + 0.72
        if rank % 2 == 0:
            axes.axvspan(first, last, color="0.96", lw=0, zorder=0)
        axes.text(
            (first + last) / 2,
            1.01,
            name,
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            size=8.5,
            color="0.25",
        )
