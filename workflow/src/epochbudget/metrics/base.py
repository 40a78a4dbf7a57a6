"""What a metric is, and the curves it works on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epochbudget.curves import CurveSet, Quantity

Row = dict[str, Any]

COLUMNS = (
    "model",
    "scheduler",
    "quantity",
    "budget",
    "other_budget",
    "seed",
    "definition",
    "value",
)
"""Columns of every metric table; blank where they do not apply."""


@dataclass(frozen=True)
class Metric:
    """One table of metrics.

    Attributes:
        name: Name of the table's file, without suffix.
        compute: Rows (dicts over a subset of COLUMNS) from the curve sets; metrics of schedules
            alone get an empty list.
        from_curves: Whether it needs curves; False for metrics of the schedules themselves.
        of_methods: Whether it depends on the code of every registered method.
        quantities: What of the runs it is computed from.
        asked_by: Key of the configuration that must be true for a run to have it; blank if none.
    """

    name: str
    compute: "Callable[[list[CurveSet]], list[Row]]"
    from_curves: bool = True
    of_methods: bool = False
    quantities: "tuple[Quantity, ...]" = ("loss", "accuracy")
    asked_by: str = ""
