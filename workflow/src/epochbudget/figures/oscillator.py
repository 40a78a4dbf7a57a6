"""Motion of the damped oscillator that the LSTM learns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

_QUANTITIES = {"x": "position x (m)", "v": "velocity v (m/s)", "a": "acceleration a (m/s²)"}


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture, where the experiment uses the oscillator."""
    if "oscillator" not in experiment.datasets:
        return {}
    path = experiment.path("data", dataset="oscillator")
    labels = dict.fromkeys(p.label for p in experiment.pairs if p.task.dataset == "oscillator")
    return {"oscillator": Drawing((path,), frame(experiment), labels=tuple(labels))}


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw position, velocity and acceleration by time, one line for each damping.

    Args:
        options: `run` (footer).
        inputs: The Parquet file with columns t (s), x (m), v (m/s), a (m/s²), zeta.

    Raises:
        UserError: If the file cannot be read.
    """
    from epochbudget.data.generators.read import read_oscillator
    from epochbudget.figures.drawing.style import house_style, legend_above, ordered_styles, sheet

    columns = read_oscillator(inputs[0])
    with house_style():
        canvas = sheet("Damped oscillator", options, height=6.0, rows=len(_QUANTITIES))
        styles = ordered_styles(sorted(set(columns["zeta"].tolist())))
        for axes, (name, label) in zip(canvas.axes, _QUANTITIES.items(), strict=True):
            # The least damped, widest motion comes first, behind the others.
            for zeta, style in styles.items():
                chosen = columns["zeta"] == zeta
                # Dashes would blur: each line crosses the others dozens of times.
                look = {"color": style["color"], "linewidth": 1.0}
                axes.plot(columns["t"][chosen], columns[name][chosen], **look, label=f"{zeta:g}")
            axes.set_ylabel(label)
        canvas.axes[-1].set_xlabel("time t (s)")
        canvas.align_ylabels()
        legend_above(canvas.axes[0], "damping ratio ζ")
    return canvas


FIGURE = Figure(
    kind="oscillator",
    drawings=drawings,
    draw=draw,
    title="Damped oscillator",
    caption=(
        "Position, velocity and acceleration by time of the motion that the LSTM learns, one line "
        "for each damping ratio, as the data set holds them."
    ),
    order=180,
)
