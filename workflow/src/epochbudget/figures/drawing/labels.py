"""Names beside the points of a picture, placed so that they do not cover each other."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from epochbudget.figures.drawing.style import Style

Boxes = NDArray[np.float64]
"""Boxes (n, 4): left, bottom, right, top, in pixels."""

_GAPS = (5.0, 8.0, 12.0, 17.0, 23.0, 30.0)
"""How far from a point the edge of its name may stand, the nearest first, in 1/72 inch."""
_ANGLES = np.radians(np.arange(0, 360, 15))
_LEADER = 12.0
"""From this gap on a line leads from the name to its point."""
_HALF_MARKER = 4.0


def label_points(
    axes: Axes, points: Mapping[str, tuple[float, float]], looks: Mapping[str, Style]
) -> None:
    """Write each name beside its point, as near as there is room.

    Call it when the picture has its final layout. Names take their places one after another, those
    at the left first: the nearest place where a name covers no point and no other name, or else the
    one where it covers least.

    Args:
        axes: Of the points.
        points: In data coordinates, by name.
        looks: More of the look of single names, by name.
    """
    scale = axes.figure.dpi / 72
    centres = {name: axes.transData.transform(point) for name, point in points.items()}
    half = np.array([-1, -1, 1, 1]) * _HALF_MARKER * scale
    taken = np.array([np.tile(centre, 2) + half for centre in centres.values()])
    for name in sorted(points, key=lambda name: tuple(centres[name])):
        look: Style = {"size": 7, "ha": "center", "va": "center", **looks.get(name, {})}
        measured = axes.text(0, 0, name, **look)
        extent = measured.get_window_extent()
        measured.remove()
        gaps, offsets = _spots(extent.width / scale, extent.height / scale)
        sizes = np.array([-extent.width, -extent.height, extent.width, extent.height]) / 2
        boxes = np.tile(centres[name] + offsets * scale, 2) + sizes
        best = int(np.argmin(_covered(boxes, taken, np.array(axes.bbox.extents))))
        line: Style = {"arrowstyle": "-", "color": "0.6", "lw": 0.5, "shrinkA": 0, "shrinkB": 3}
        written = axes.annotate(
            name,
            points[name],
            tuple(offsets[best]),
            textcoords="offset points",
            arrowprops=line if gaps[best] >= _LEADER else None,
            path_effects=[withStroke(linewidth=2, foreground="white")],
            **look,
        )
        written.set_in_layout(False)
        taken = np.vstack([taken, boxes[best]])


def _spots(width: float, height: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gaps (n,) and offsets (n, 2) of a name's centre from its point, in points of 1/72 inch."""
    gaps = np.repeat(_GAPS, len(_ANGLES))
    angles = np.tile(_ANGLES, len(_GAPS))
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    return gaps, directions * (gaps[:, None] + np.array([width, height]) / 2)


def _covered(boxes: Boxes, taken: Boxes, inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area (n,) of what each box covers of `taken`, and of what of it is not in `inside`."""
    outside = _shared(boxes, boxes).diagonal() - _shared(boxes, inside[None])[:, 0]
    covered: NDArray[np.float64] = _shared(boxes, taken).sum(axis=1) + outside
    return covered.round(3)


def _shared(boxes: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Area (n, m) that each box shares with each other one."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    area: NDArray[np.float64] = sides[:, :, 0] * sides[:, :, 1]
    return area
