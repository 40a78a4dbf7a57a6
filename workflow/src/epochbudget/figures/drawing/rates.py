"""Learning rates by epoch, one line for each budget."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from epochbudget.figures.drawing.style import at_end, log_axis, ordered_styles


def draw_rates(axes: Axes, by_budget: Mapping[int, Sequence[float]], log: bool) -> None:
    """Draw the rates of one method.

    Args:
        axes: Where to draw.
        by_budget: The rate of each epoch, by budget in epochs.
        log: Whether the axis of the rate is logarithmic.
    """
    for budget, style in ordered_styles(list(by_budget)).items():
        rates = by_budget[budget]
        axes.plot(range(len(rates)), rates, **style, **at_end(rates), label=str(budget))
    if log:
        log_axis(axes)
    else:
        axes.set_ylim(-0.04, 1.08 * axes.dataLim.ymax)
