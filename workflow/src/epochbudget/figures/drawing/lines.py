"""Learning curves as lines, one for each budget."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from epochbudget.curves import CurveSet
from epochbudget.figures.drawing.style import at_end, log_axis, ordered_styles


def draw_curves(axes: Axes, curves: CurveSet, budgets: Sequence[int], band: bool) -> None:
    """Draw the mean curves of some budgets by epoch, losses on a logarithmic axis.

    Args:
        axes: Where to draw.
        curves: Of one model and method.
        budgets: In epochs; those of which there is no curve are passed over.
        band: Whether to show the range from the smallest to the largest seed.
    """
    for budget, style in ordered_styles(budgets).items():
        if budget not in curves.mean:
            continue
        mean = curves.mean[budget]
        epochs = range(1, len(mean) + 1)
        if band:
            low, high = curves.low[budget], curves.high[budget]
            axes.fill_between(epochs, low, high, color=style["color"], alpha=0.12, lw=0)
        axes.plot(epochs, mean, **style, **at_end(mean), label=str(budget))
    if curves.quantity == "loss":
        log_axis(axes)
    axes.set_xlim(left=0)
    axes.locator_params("x", integer=True)
