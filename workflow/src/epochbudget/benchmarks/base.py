"""What a benchmark is, and the columns of its table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

COLUMNS = (
    "model",
    "path",
    "threads",
    "device",
    "reference_ms",
    "ms",
    "ratio",
    "max_abs_difference",
)
"""`ratio` is reference_ms / ms; the difference is between the results of both ways."""


@dataclass(frozen=True)
class Benchmark:
    """One table of comparisons.

    Attributes:
        name: Name of its file, without suffix.
        order: Position among the others.
        measure: Does the work; its rows are dicts over COLUMNS.
    """

    name: str
    order: int
    measure: Callable[[], list[Row]]
