"""Raw runs as a comparison writes them: rows in Parquet, and what was noted beside them."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from epochbudget.curves import VALIDATED, Curve, CurveSet, Quantity, malformed, parsed_name

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = {"loss": "val_loss", "accuracy": "accuracy", "train_loss": "train_loss", "lr": "lr"}
"""Column of the raw runs that holds a quantity."""


def read_all(
    paths: Iterable[Path | str], quantities: Iterable[Quantity] = VALIDATED
) -> list[CurveSet]:
    """Read some quantities of raw runs; accuracies only of classifiers."""
    return [
        read_runs(path, quantity)
        for path in map(Path, paths)
        for quantity in quantities
        if quantity != "accuracy" or _raw_table(path, quantity)["accuracy"].drop_null()
    ]


def read_runs(path: Path | str, quantity: Quantity) -> CurveSet:
    """Read the raw runs of one model and one method, `Result_{label}-{code}.parquet`.

    Columns used: budget, seed, epoch (from 1), status ("finished" or "diverged"), and that of the
    quantity. Rows of a diverged run end with its last finite epoch. A run that diverged before the
    end of its first epoch has no row: it is in the list [[budget, seed], ...] under "diverged" in
    the JSON under "epochbudget" in the file's metadata.

    Raises:
        UserError: If the file is unreadable, a column or an epoch is missing or occurs twice, a
            finished run is too short, or accuracy is asked of a regression.
    """
    path = Path(path)
    label, code, _ = parsed_name(path, ".parquet")
    table = _raw_table(path, quantity)
    runs: dict[tuple[int, int], dict[int, float]] = {key: {} for key in _diverged(path, table)}
    statuses: dict[tuple[int, int], set[str]] = {key: {"diverged"} for key in runs}
    for budget, seed, epoch, status, value in zip(*map(_listed, table.columns), strict=True):
        run = runs.setdefault((budget, seed), {})
        if epoch in run:
            raise malformed(path, f"budget {budget}, seed {seed} has epoch {epoch} twice")
        run[epoch] = math.nan if value is None else value
        statuses.setdefault((budget, seed), set()).add(status)
    if not runs:
        raise malformed(path, "it has no rows")
    seeds: dict[int, dict[int, Curve]] = defaultdict(dict)
    for (budget, seed), values in runs.items():
        curve = _run_curve(values, budget, statuses[budget, seed])
        if curve is None:
            problem = f"budget {budget}, seed {seed}: epochs, status or {_COLUMNS[quantity]}"
            raise malformed(path, f"{problem} incomplete")
        seeds[budget][seed] = curve
    found = CurveSet.from_seeds(label, code, quantity, seeds)
    return replace(found, flatness=_flatness(path, table))


def notes(path: Path | str, budget: int) -> dict[int, dict[str, Any]]:
    """What was noted of the runs of one budget besides their curves, by seed.

    Raises:
        UserError: If the file is unreadable.
    """
    path = Path(path)
    with _metadata(path, _raw_table(path, "loss")) as metadata:
        return {own["seed"]: own for own in metadata.get("noted", ()) if own["budget"] == budget}


def _raw_table(path: Path, quantity: Quantity) -> "pa.Table":
    """The columns budget, seed, epoch, status and the quantity's of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = dict.fromkeys(("budget", "seed", "epoch"), pa.int64()) | {"status": pa.string()}
    types[_COLUMNS[quantity]] = pa.float64()
    try:
        with pq.ParquetFile(path) as file:  # read_table would import pandas
            table = file.read(columns=list(types)).select(list(types))
        table = table.cast(pa.schema(types, metadata=table.schema.metadata))
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise malformed(path, str(error)) from error
    if any(column.null_count for column in table.columns[:-1]):
        raise malformed(path, "budget, seed, epoch or status is missing in a row")
    return table


def _listed(column: "pa.ChunkedArray") -> list[Any]:
    return cast(list[Any], column.to_pylist())


def _diverged(path: Path, table: "pa.Table") -> list[tuple[int, int]]:
    """(budget, seed) of the runs that the metadata calls diverged."""
    with _metadata(path, table) as metadata:
        return [(int(budget), int(seed)) for budget, seed in metadata.get("diverged", ())]


def _flatness(path: Path, table: "pa.Table") -> dict[int, dict[int, float]]:
    """Budget -> seed -> what the metadata notes of the runs that were measured."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    with _metadata(path, table) as metadata:
        for note in metadata.get("noted", ()):
            if note.get("flatness") is not None:
                found[note["budget"]][note["seed"]] = float(note["flatness"])
    return dict(found)


@contextmanager
def _metadata(path: Path, table: "pa.Table") -> Iterator[dict[str, Any]]:
    """What the comparison wrote beside its rows; what cannot be read is malformed."""
    try:
        yield json.loads((table.schema.metadata or {}).get(b"epochbudget", b"{}"))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise malformed(path, f"its metadata cannot be read ({error})") from error


def _run_curve(values: Mapping[int, float], budget: int, status: set[str]) -> Curve | None:
    """The curve of one run from its values by epoch; None if the run is not as it should be."""
    curve = np.array([values[epoch] for epoch in sorted(values)], dtype=float)
    if sorted(values) != list(range(1, len(values) + 1)):
        return None
    if status == {"finished"}:
        return curve if len(curve) == budget and np.isfinite(curve).all() else None
    if status != {"diverged"}:
        return None
    finite = np.isfinite(curve)
    curve = curve if finite.all() else curve[: int(np.argmin(finite))]
    return curve if len(curve) < budget else None
