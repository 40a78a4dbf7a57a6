"""Paths of runs through the latent space of an ODE, seen from where they spread most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from epochbudget.figures.drawing.earlier_runs import EarlierRun, names
from epochbudget.figures.drawing.looks import MARKERS
from epochbudget.figures.drawing.style import Style, line_legend, log_axis
from epochbudget.lode.fit import WINDOW, Dynamics

Points = NDArray[np.float64]

LIGHTEST = 0.88
"""Of the colour map: what is lighter is not seen on white."""


@dataclass(frozen=True)
class Plane:
    """Latent paths in the plane of their first two principal components.

    Attributes:
        paths: Of each run (P, 2).
        shares: Of the variance of all points, of each component.
    """

    paths: Sequence[Points]
    shares: tuple[float, float]


def latent_paths(dynamics: Dynamics, runs: Sequence[EarlierRun]) -> list[Points]:
    """The latent states (P, 20) of each run: of each window of its points, one after another.

    A window is as long as the longest that the latent ODE was trained with, or as the shortest run.
    """
    model, size = dynamics.model, min(WINDOW[1], *(len(run.observed) for run in runs))
    times = dynamics.step * torch.arange(size, dtype=torch.float64)
    paths = []
    for run in runs:
        windows = dynamics.scale.scaled(run.observed).unfold(0, size, 1).transpose(1, 2)
        with torch.no_grad():
            latent = model.encode(times, windows, torch.full((len(windows),), size))
        paths.append(latent.numpy())
    return paths


def principal_plane(paths: Sequence[Points]) -> Plane:
    """Project paths (P, 20) on the first two principal components of all their points."""
    points = np.concatenate(paths)
    centre = points.mean(axis=0)
    _, sizes, directions = np.linalg.svd(points - centre, full_matrices=False)
    plane = directions[:2]
    # A component and its opposite are the same: the one is taken that points where it is largest.
    largest = plane[np.arange(2), np.abs(plane).argmax(axis=1)]
    plane = plane * np.sign(largest)[:, None]
    first, second = (sizes**2 / np.sum(sizes**2))[:2]
    return Plane([(path - centre) @ plane.T for path in paths], (float(first), float(second)))


def draw_paths(axes: Axes, plane: Plane, runs: Sequence[EarlierRun]) -> LineCollection:
    """Draw each path in the colour of its run's final score, with its method's marker at the end.

    Args:
        axes: Where to draw.
        plane: The paths.
        runs: To which they belong.

    Returns:
        The lines, for their colour bar.
    """
    accuracy, finals = runs[0].accuracy, np.array([run.final for run in runs])
    ends = within_fences(finals) if accuracy else np.exp(within_fences(np.log(finals)))
    norm = Normalize(*ends) if accuracy else LogNorm(*ends)
    lines = LineCollection(plane.paths, cmap=_colors(accuracy), norm=norm, array=finals, lw=1.1)
    axes.add_collection(lines)
    for path, run, color in zip(plane.paths, runs, lines.to_rgba(finals), strict=True):
        axes.plot(*path[0], marker="o", ms=2, color=color)
        axes.plot(*path[-1], marker=shapes(runs)[run.code], ms=6, mew=0.7, mec="white", color=color)
    axes.margins(0.06)
    axes.autoscale_view()
    for name, axis, share in zip(("first", "second"), "xy", plane.shares, strict=True):
        axes.set(
            **{f"{axis}label": f"{name} principal component ({100 * share:.0f} % of variance)"}
        )
    return lines


def within_fences(values: Points) -> Points:
    """The smallest and the largest value within Tukey's fences: a few bad runs do not set a scale.

    Args:
        values: (n,).
    """
    low, high = np.quantile(values, (0.25, 0.75))
    margin = 1.5 * (high - low)
    inside = values[(values >= low - margin) & (values <= high + margin)]
    return np.array([inside.min(), inside.max()])


def draw_colour_bar(canvas: Figure, axes: Axes, lines: LineCollection, accuracy: bool) -> None:
    """Say which colour is which final score."""
    finals = np.asarray(lines.get_array())
    beyond = (
        "min" * bool(finals.min() < lines.norm.vmin),
        "max" * bool(finals.max() > lines.norm.vmax),
    )
    extend = "both" if all(beyond) else "".join(beyond) or "neither"
    bar = canvas.colorbar(lines, ax=axes, pad=0.02, extend=extend)
    bar.set_label(f"final {names(accuracy)[2]}, the darker the better")
    if not accuracy:
        log_axis(bar.ax)


def shapes(runs: Sequence[EarlierRun]) -> dict[str, Any]:
    """A marker for each method."""
    return dict(zip(dict.fromkeys(run.code for run in runs), MARKERS, strict=False))


def shape_legend(canvas: Figure, titles: Mapping[str, str], markers: Mapping[str, Any]) -> None:
    """Which marker is which method, in the room that `sheet` has left below the title."""
    look: Style = {"linestyle": "none", "color": "0.3", "markersize": 6}
    line_legend(canvas, {titles[code]: {**look, "marker": m} for code, m in markers.items()})


def _colors(accuracy: bool) -> ListedColormap:
    """Colours whose lightness alone tells their order; good scores are dark."""
    colors = matplotlib.colormaps["viridis"](np.linspace(0, LIGHTEST, 256))
    return ListedColormap(colors[::-1] if accuracy else colors)
