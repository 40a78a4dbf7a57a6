"""Reading the metric tables, for what is made from them."""

import csv
from collections.abc import Sequence
from pathlib import Path

from epochbudget.errors import UserError


def selected(path: Path, **columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table that hold one of these values in each of these columns, in its order."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        wanted = [(header.index(name), set(values)) for name, values in columns.items()]
        return [
            dict(zip(header, row, strict=True))
            for row in rows
            if all(row[place] in values for place, values in wanted)
        ]


def lacking(path: Path, what: str) -> UserError:
    """The error that a table has no rows about something."""
    return UserError(f"{path} has no {what}", f"make it anew: snakemake {path}")
