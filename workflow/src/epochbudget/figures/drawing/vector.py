"""Matplotlib's line styles for pictures that a browser draws."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

SCALE = 100
"""Markers are drawn that large when their curves are cut into lines."""


def look(style: Mapping[str, Any]) -> dict[str, Any]:
    """A style of `figures.drawing.style` as JSON values.

    Returns:
        `color`; `dash`, the lengths of dashes and gaps in line widths (empty for a solid line);
        `marker`, an SVG path about 1 wide around the origin.
    """
    return {
        "color": style["color"],
        "dash": _dash(style["linestyle"]),
        "marker": _path(style["marker"]),
    }


def _dash(linestyle: str | tuple[int, tuple[float, ...]]) -> list[float]:
    if not isinstance(linestyle, str):
        return list(linestyle[1])
    if linestyle == "--":
        return list(matplotlib.rcParamsDefault["lines.dashed_pattern"])
    if linestyle == "-.":
        return list(matplotlib.rcParamsDefault["lines.dashdot_pattern"])
    return []


def _path(marker: str | tuple[int, int, float]) -> str:
    shape = MarkerStyle(marker)
    larger = shape.get_transform() + Affine2D().scale(SCALE)
    polygons = shape.get_path().transformed(larger).to_polygons()
    return "".join(f"M{'L'.join(_points(np.asarray(polygon)))}Z" for polygon in polygons)


def _points(polygon: NDArray[np.float64]) -> list[str]:
    """Corners as text, the last left out, which is the first again; y goes down in SVG."""
    rounded = (polygon[:-1] * (1, -1) / SCALE).round(3) + 0.0  # no -0
    return [f"{x:g} {y:g}" for x, y in rounded.tolist()]
