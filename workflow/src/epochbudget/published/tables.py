"""Reading `config/published/`: the published numbers, and the checksums of the authors' curves."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from epochbudget.errors import UserError
from epochbudget.published.digits import PRINTED
from epochbudget.published.values import SCHEDULE, Key, subjects

TABLES = ("final", "slcd", "power_regression", "improvement", "schedule_area")
"""Names of the tables: those of the metrics that compute them."""
COLUMNS = (*Key._fields, "value", "source")


@dataclass(frozen=True)
class Number:
    """One published number.

    Attributes:
        key: What it is about.
        value: The value as published; its text, because the printed digits count.
        source: File and commit in the authors' repository.
    """

    key: Key
    value: str
    source: str


def read_numbers(folder: Path) -> list[Number]:
    """The numbers of all tables in `folder`.

    Raises:
        UserError: If a table is missing or malformed, or a number stands there twice.
    """
    seen: dict[Key, str] = {}
    numbers = []
    for name in TABLES:
        path = folder / f"{name}.csv"
        for place, number in _read(path):
            if number.key in seen:
                raise _bad(place, f"this number also stands in {seen[number.key]}")
            seen[number.key] = place
            numbers.append(number)
    return numbers


def read_checksums(path: Path) -> dict[str, str]:
    """SHA-256, in hexadecimal digits, by name of the curve file.

    Raises:
        UserError: If the file is not in the form of `sha256sum`.
    """
    checksums = {}
    for row, line in enumerate(_lines(path), start=1):
        match = re.fullmatch(r"([0-9a-f]{64})  (Result_[\w-]+\.csv)", line.rstrip("\n"))
        if match is None:
            raise _bad(f"{path}, row {row}", "it is not a SHA-256, two spaces and a file name")
        checksums[match[2]] = match[1]
    return checksums


def _read(path: Path) -> Iterator[tuple[str, Number]]:
    """(file and row, number) for each row of a table."""
    reader = csv.DictReader(_lines(path))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise _bad(f"{path}, row 1", f"its columns are not {', '.join(COLUMNS)}")
    for row in reader:
        place = f"{path}, row {reader.line_num}"
        if None in row or None in row.values():
            raise _bad(place, f"it has not {len(COLUMNS)} cells")
        yield place, _number(place, row)


def _number(place: str, row: Mapping[str, str]) -> Number:
    key = Key(*(row[name] for name in Key._fields))
    _one_of(place, "model", key.model, (*subjects(), SCHEDULE))
    _one_of(place, "quantity", key.quantity, PRINTED)
    for name, budget in (("budget", key.budget), ("other_budget", key.other_budget)):
        if not re.fullmatch(r"[1-9]\d*|", budget):
            raise _bad(place, f"{name} is {budget!r}, allowed is a number of epochs or nothing")
    try:
        finite = math.isfinite(float(row["value"]))
    except ValueError:
        finite = False
    if not finite:
        raise _bad(place, f"value is {row['value']!r}, allowed is a finite number")
    return Number(key, row["value"], row["source"])


def _one_of(place: str, name: str, value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise _bad(place, f"{name} is {value!r}, allowed are {', '.join(allowed)}")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(str(path), f"it cannot be read ({error})") from error


def _bad(place: str, problem: str) -> UserError:
    return UserError(f"{place}: {problem}", "restore the file from the repository")
