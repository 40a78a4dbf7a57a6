"""Learning rates of several methods by epoch, at one budget."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from epochbudget.figures.drawing.style import (
    house_style,
    log_axis,
    method_style,
    nested,
    sheet,
    staggered,
)


def draw_schedules(
    rates: Mapping[str, Sequence[float]],
    budget: int,
    steps_per_epoch: int,
    notes: Sequence[str],
    log: bool,
) -> Figure:
    """Draw the rates of each optimizer step, a line for each method.

    Args:
        rates: Rates by code of the method, the same number for each.
        budget: In epochs.
        steps_per_epoch: Optimizer steps in each epoch.
        notes: What the lines have in common, such as hyperparameters.
        log: Whether the axis of the rate is logarithmic.
    """
    with house_style():
        canvas = sheet("Learning-rate schedules", {"budgets": [budget]}, height=4.0)
        axes = canvas.axes[0]
        widths = nested(list(rates.values()))
        for place, (code, values) in enumerate(rates.items()):
            epochs = [step / steps_per_epoch for step in range(len(values))]
            marks = staggered(place, len(rates), len(values))
            axes.plot(epochs, values, label=code, **method_style(code), **marks, **widths[place])
        if log:
            log_axis(axes)
        axes.set(xlabel="epoch", ylabel="learning rate")
        axes.set_title("; ".join(notes), size=8)
        axes.legend(title="method", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return canvas
