"""What a recomputation found, in a few lines."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from epochbudget.errors import UserError
from epochbudget.published.recompute import Row
from epochbudget.published.values import Key

MATCHES = ("yes", "no", "not run")


def read_table(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV table that another job of the workflow has written.

    Raises:
        UserError: If the file is missing or has other columns.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such table", f"make it with: snakemake {path}")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise UserError(
                f"{path} has not the columns {', '.join(columns)}",
                f"delete it and run: snakemake {path}",
            )
        return list(reader)


def counts(rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Number of rows by match: yes, no, not run."""
    found = Counter(row["match"] for row in rows)
    return {match: found[match] for match in MATCHES}


def as_text(rows: Sequence[Row]) -> Iterator[str]:
    """Lines for the terminal: counts by model and in all, then what does not match."""
    yield _line("model", dict(zip(MATCHES, MATCHES, strict=True)))
    for model in dict.fromkeys(row["model"] for row in rows):
        yield _line(model, counts([row for row in rows if row["model"] == model]))
    yield _line("all", counts(rows))
    for row in rows:
        if row["match"] == "no":
            subject = " ".join(filter(None, (row[name] for name in Key._fields)))
            yield f"no: {subject}: published {row['published']}, {row['reason']}"
    if counts(rows)["not run"]:
        yield "not run: curves are missing; set published_curves to their folder or to download"


def require_matches(rows: Sequence[Row], path: Path) -> None:
    """Do nothing if every number that was recomputed is the published one.

    Raises:
        UserError: If one is not; `path` is where the reader finds more.
    """
    found = counts(rows)
    if found["no"]:
        raise UserError(
            f"{found['no']} of {found['yes'] + found['no']} recomputed numbers are not the "
            "published ones",
            f"see the column reason of {path}",
        )


def _line(model: str, cells: Mapping[str, int | str]) -> str:
    return f"{model:<10}" + "".join(f"{cells[match]:>9}" for match in MATCHES)
