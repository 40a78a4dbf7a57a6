"""The published numbers, recomputed from the authors' curves by the pipeline's own metrics."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from epochbudget import registry
from epochbudget.curves import CurveSet, read_exported
from epochbudget.errors import UserError
from epochbudget.files import file_digest
from epochbudget.published.digits import matches, printed
from epochbudget.published.tables import TABLES, Number
from epochbudget.published.values import Key, curve_file, published_value

COLUMNS = (*Key._fields, "published", "recomputed", "match", "reason")
log = logging.getLogger(__name__)

Row = dict[str, str]


def recompute(
    numbers: Iterable[Number], files: Sequence[Path], checksums: Mapping[str, str]
) -> list[Row]:
    """Recompute what follows from the given curves.

    Args:
        numbers: The published numbers.
        files: Curve files in the published format.
        checksums: SHA-256 of the authors' files by name. A file of such a name but of another
            content is used all the same, and the rows say so.

    Returns:
        A row for each number, with COLUMNS. `match` is yes, no or not run; `recomputed` is the
        unrounded value, blank when not run.

    Raises:
        UserError: If a file is malformed, or two have the same name.
    """
    given = {path.name: path for path in files}
    if len(given) != len(files):
        raise UserError("two curve files have the same name", "give the files of one folder")
    values = _values([read_exported(path) for path in files])
    changed = {
        name
        for name, path in given.items()
        if name in checksums and file_digest(path) != checksums[name]
    }
    for name in sorted(changed):
        log.warning("%s", _differs(name))
    return [_row(number, values.get(number.key), given, changed) for number in numbers]


def _values(curve_sets: list[CurveSet]) -> dict[Key, float]:
    metrics = [registry.metrics()[name] for name in TABLES]
    computed = (m.compute(curve_sets if m.from_curves else []) for m in metrics)
    return published_value(row for rows in computed for row in rows)


def _row(number: Number, value: float | None, given: Mapping[str, Path], changed: set[str]) -> Row:
    quantity, file = number.key.quantity, curve_file(number.key)
    reasons = [_differs(file)] if file in changed else []
    if value is None:
        match = "not run"
        missing = file and file not in given
        reasons.append(f"{file} is missing" if missing else "no such value follows")
    elif matches(quantity, value, number.value):
        match = "yes"
    else:
        match = "no"
        reasons.append(f"recomputed, it is printed as {printed(quantity, value)}")
    return {
        **number.key._asdict(),
        "published": number.value,
        "recomputed": "" if value is None else repr(value),
        "match": match,
        "reason": "; ".join(reasons),
    }


def _differs(name: str) -> str:
    return f"{name} is not the authors' file, its checksum differs"
