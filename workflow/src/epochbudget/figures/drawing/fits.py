"""Final values by budget with their power law."""

import math
from collections.abc import Mapping

from matplotlib.axes import Axes

from epochbudget.figures.drawing.bars import Final
from epochbudget.figures.drawing.panels import remark
from epochbudget.figures.drawing.style import method_style


def draw_fit(axes: Axes, code: str, values: Mapping[int, Final], fit: Mapping[str, float]) -> None:
    """Draw one method's final values and the fitted line; exponent and R2 stand in the title.

    Args:
        axes: Of the method.
        code: Its code.
        values: By budget in epochs.
        fit: As of `power_regression`; where it is empty there is no line.
    """
    style = {name: method_style(code)[name] for name in ("color", "marker")}
    budgets = sorted(values)
    means = [values[budget].mean for budget in budgets]
    lows, highs = ([getattr(values[b], end) for b in budgets] for end in ("low", "high"))
    axes.vlines(budgets, lows, highs, color=style["color"], lw=0.8)
    axes.plot(budgets, means, **style, linestyle="none")
    if not fit:
        remark(axes, "no fit")
        return
    line = [math.exp(fit["A"]) * budget ** fit["B"] for budget in budgets]
    axes.plot(budgets, line, color=style["color"], linestyle="-", lw=1.0)
    told = f"B = {fit['B']:.3g}".replace("-", "−")
    if "R2" in fit:
        told += f", R² = {fit['R2']:.3f}"
    axes.set_title(f"{code}: {told}", size=8, pad=4)
