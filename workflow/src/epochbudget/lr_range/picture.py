"""The figure of a range test."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from epochbudget.figures.drawing.style import house_style, legend_below_title, log_axis, sheet
from epochbudget.lr_range.suggestion import Suggestion, smoothed


def draw(
    spec: Mapping[str, Any],
    rates: Sequence[float],
    losses: Sequence[float],
    suggestion: Suggestion,
) -> Figure:
    """Draw the loss of each step by its rate, smoothed too, and the suggested interval.

    Args:
        spec: Of the test: `label`, `optimizer`, and `run` (footer).
        rates: Learning rate of each step.
        losses: Training loss of each step.
        suggestion: What the test says.
    """
    with house_style():
        title = f"{spec['label']}, {spec['optimizer']}: learning-rate range test"
        canvas = sheet(title, {"run": spec["run"], "seeds": 1}, 4.0, legend=True)
        (axes,) = canvas.axes
        curve = smoothed(losses)
        axes.plot(rates[: len(curve)], losses[: len(curve)], ".", color="0.75", label="each step")
        axes.plot(rates[: len(curve)], curve, color="#0072b2", label="smoothed")
        if suggestion.low is not None and suggestion.high is not None:
            text = f"suggested: {suggestion.low:.2g} to {suggestion.high:.2g}"
            axes.axvspan(suggestion.low, suggestion.high, color="#e69f00", alpha=0.25, label=text)
        if suggestion.diverges is not None:
            text = f"diverges at {suggestion.diverges:.2g}"
            axes.axvline(suggestion.diverges, color="#d55e00", linestyle="--", label=text)
        # What follows divergence would only squeeze the rest.
        end = rates.index(suggestion.diverges) if suggestion.diverges else len(curve)
        shown = [*losses[:end], *curve[:end]]
        axes.set_ylim(min(shown) / 1.2, 1.5 * max(shown))
        axes.set_xscale("log")
        log_axis(axes)
        axes.set_xlim(rates[0], rates[-1])
        axes.set(xlabel="learning rate", ylabel="training loss")
        legend_below_title(canvas, axes, "")
    return canvas
