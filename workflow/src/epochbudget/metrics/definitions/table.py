"""What the metric tables share: the order of the rows and the file format."""

import math
from collections.abc import Iterable
from pathlib import Path

from epochbudget.curves import CurveSet
from epochbudget.files import write_csv
from epochbudget.metrics.base import COLUMNS, Row
from epochbudget.metrics.names import model_name


def ordered(curve_sets: Iterable[CurveSet]) -> list[CurveSet]:
    """The curve sets in the order of the tables."""
    return sorted(curve_sets, key=lambda curves: (curves.label, curves.code, curves.quantity))


def row(curves: CurveSet, quantity: str, value: float, **columns: int | str) -> Row:
    """A row about one curve set."""
    subject = {"model": model_name(curves.label), "scheduler": curves.code}
    return {**subject, "quantity": quantity, **columns, "value": value}


def write_table(rows: Iterable[Row], path: Path | str) -> None:
    """Write rows as CSV with the columns of every metric table, the same bytes each time.

    Raises:
        ValueError: If a value is not finite; metrics leave out what they cannot tell.
    """
    exact = [{**entry, "value": float(entry["value"])} for entry in rows]
    for entry in exact:
        if not math.isfinite(entry["value"]):
            raise ValueError(f"{path}: {entry}: the value is not finite")
    write_csv(path, exact, COLUMNS)
