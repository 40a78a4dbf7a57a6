"""Pareto front of points that are better the smaller both coordinates are."""

from collections.abc import Mapping

Point = tuple[float, float]

CLAIMED = ("H", "EH")
"""The methods that the paper's claim is about."""


def dominators(points: Mapping[str, Point]) -> dict[str, list[str]]:
    """The names on the front that dominate each point; none for those on the front itself.

    A point dominates another if it is nowhere larger and somewhere smaller. Equal points do not
    dominate each other. Whatever is dominated at all is dominated by a point of the front.

    Args:
        points: Two finite coordinates by name.

    Returns:
        By name, in the order of `points`; the dominators by rising first coordinate.
    """
    front: list[str] = []
    for name in sorted(points, key=lambda name: points[name]):
        last = points[front[-1]] if front else None
        if last is None or points[name][1] < last[1] or points[name] == last:
            front.append(name)
    return {name: [f for f in front if _dominates(points[f], p)] for name, p in points.items()}


def _dominates(one: Point, other: Point) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and one != other
