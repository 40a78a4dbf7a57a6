"""Learning curves as the metrics see them, read from exported CSV or from raw Parquet."""

import csv
import io
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from epochbudget.errors import UserError
from epochbudget.files import write_text

if TYPE_CHECKING:
    import pyarrow as pa

Curve = NDArray[np.float64]
Quantity = Literal["loss", "accuracy", "train_loss", "lr"]
VALIDATED: tuple[Quantity, ...] = ("loss", "accuracy")
"""Quantities that curves are exported of; the others describe the training."""

_STATISTICS = ("", "_min", "_max")
"""Endings of a budget's three columns: mean, minimum and maximum over the seeds."""
_COLUMNS = {"loss": "val_loss", "accuracy": "accuracy", "train_loss": "train_loss", "lr": "lr"}
"""Column of the raw runs that holds a quantity."""


@dataclass(frozen=True)
class CurveSet:
    """The validation curves of one model and one method at every budget.

    Attributes:
        label: Label of the model, e.g. "CIFAR10_CNN" (without "_ACC").
        code: Code of the method.
        quantity: What the curves hold.
        mean: Budget -> mean over the seeds, one value per epoch; epoch 1 comes first.
        low: Budget -> minimum over the seeds.
        high: Budget -> maximum over the seeds.
        seeds: Budget -> seed -> curve; empty when only the exported form is known.
        diverged: Budget -> seeds whose run diverged before its last epoch; such a curve ends with
            its last finite epoch, and mean, low and high are over the seeds that reach an epoch.
        flatness: Budget -> seed -> largest eigenvalue of the Hessian, of runs that were measured.
    """

    label: str
    code: str
    quantity: Quantity
    mean: Mapping[int, Curve]
    low: Mapping[int, Curve]
    high: Mapping[int, Curve]
    seeds: Mapping[int, Mapping[int, Curve]] = field(default_factory=dict)
    diverged: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    flatness: Mapping[int, Mapping[int, float]] = field(default_factory=dict)

    @classmethod
    def from_seeds(
        cls, label: str, code: str, quantity: Quantity, seeds: Mapping[int, Mapping[int, Curve]]
    ) -> Self:
        """Summarise the curves of single seeds (budget -> seed -> curve).

        A curve shorter than its budget counts as diverged.
        """
        ordered = {
            budget: {seed: seeds[budget][seed] for seed in sorted(seeds[budget])}
            for budget in sorted(seeds)
        }
        padded = {budget: _padded(list(curves.values())) for budget, curves in ordered.items()}
        short = {
            budget: tuple(seed for seed, curve in curves.items() if len(curve) < budget)
            for budget, curves in ordered.items()
        }
        return cls(
            label,
            code,
            quantity,
            mean={budget: np.nanmean(values, axis=0) for budget, values in padded.items()},
            low={budget: np.nanmin(values, axis=0) for budget, values in padded.items()},
            high={budget: np.nanmax(values, axis=0) for budget, values in padded.items()},
            seeds=ordered,
            diverged={budget: several for budget, several in short.items() if several},
        )

    def complete(self) -> dict[int, Curve]:
        """Mean curves, by rising budget, of the budgets that at least one seed finished."""
        return complete(self.mean)

    def complete_seeds(self) -> dict[int, dict[int, Curve]]:
        """Seed -> budget -> curve, without the diverged runs, both in rising order."""
        by_seed: dict[int, dict[int, Curve]] = defaultdict(dict)
        for budget, curves in self.seeds.items():
            for seed, curve in curves.items():
                by_seed[seed][budget] = curve
        return {seed: complete(by_seed[seed]) for seed in sorted(by_seed)}


def complete(curves: Mapping[int, Curve]) -> dict[int, Curve]:
    """The curves that reach the last epoch of their budget, by rising budget."""
    return {budget: curves[budget] for budget in sorted(curves) if len(curves[budget]) == budget}


def _padded(curves: list[Curve]) -> Curve:
    """Curves as rows of one array (seeds, longest), NaN after the end of each."""
    values = np.full((len(curves), max(map(len, curves))), np.nan)
    for row, curve in zip(values, curves, strict=True):
        row[: len(curve)] = curve
    return values


class _Name(NamedTuple):
    label: str
    code: str
    quantity: Quantity


def _parsed_name(path: Path, suffix: str) -> _Name:
    """Label, code and quantity that a file's name tells."""
    match = re.fullmatch(r"Result_([^-]+?)(_ACC)?-([\w-]+)", path.stem)
    if match is None or path.suffix != suffix:
        raise UserError(
            f"cannot tell model and method from the file name {path.name}",
            f"curve files are named Result_LABEL-CODE{suffix} or Result_LABEL_ACC-CODE{suffix}",
        )
    label, accuracy, code = match.groups()
    return _Name(label, code, "accuracy" if accuracy else "loss")


def _malformed(path: Path, problem: str) -> UserError:
    return UserError(
        f"{path} is no complete file of curves: {problem}",
        "fetch it or export it again",
    )


def read_exported(path: Path | str) -> CurveSet:
    """Read curves in the published CSV format.

    The columns are `epoch` and, for each budget B, `{code}{B}_val_loss`, `..._val_loss_min` and
    `..._val_loss_max`, also where the file name ends in `_ACC` and the values are accuracies.
    There is one row for each epoch of the longest budget; cells after the end of a curve are blank.

    Raises:
        UserError: If the name or the content is not of that form.
    """
    path = Path(path)
    label, code, quantity = _parsed_name(path, ".csv")
    try:
        text = path.read_text(encoding="utf-8")
        header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _malformed(path, str(error)) from error
    budgets = _budgets(path, code, header)
    if len(rows) != max(budgets) or not text.endswith("\n"):
        raise _malformed(path, f"it breaks off after {len(rows)} of {max(budgets)} epochs")
    for epoch, row in enumerate(rows, start=1):
        if len(row) != len(header) or row[0] != str(epoch):
            raise _malformed(path, f"its row for epoch {epoch} has the wrong length or epoch")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    mean, low, high = (
        {b: _filled(path, name := f"{code}{b}_val_loss{end}", columns[name], b) for b in budgets}
        for end in _STATISTICS
    )
    if any(not len(mean[b]) == len(low[b]) == len(high[b]) for b in budgets):
        raise _malformed(path, "mean, minimum and maximum of a budget end at different epochs")
    return CurveSet(label, code, quantity, mean, low, high)


def _budgets(path: Path, code: str, header: list[str]) -> list[int]:
    """The budgets, in rising order, that a header names; it must name nothing else."""
    found = re.findall(rf"\b{re.escape(code)}([1-9]\d*)_val_loss\b", " ".join(header))
    budgets = sorted(set(map(int, found)))
    if not budgets or sorted(header) != sorted(_header(code, budgets)) or header[0] != "epoch":
        raise _malformed(path, f"its columns are not epoch and {code}BUDGET_val_loss[_min|_max]")
    return budgets


def _header(code: str, budgets: list[int]) -> list[str]:
    return ["epoch", *(f"{code}{b}_val_loss{end}" for b in budgets for end in _STATISTICS)]


def _filled(path: Path, name: str, cells: tuple[str, ...], budget: int) -> Curve:
    """The values of a column up to its first blank cell."""
    length = cells.index("") if "" in cells else len(cells)
    try:
        values = np.array([float(cell) for cell in cells[:length]])
    except ValueError as error:
        raise _malformed(path, f"column {name}: {error}") from error
    if any(cells[length:]) or length > budget or not np.isfinite(values).all():
        raise _malformed(path, f"column {name} has a gap, too many epochs or a value not finite")
    return values


def export(curves: CurveSet, path: Path | str) -> None:
    """Write curves in the published CSV format (see `read_exported`), the same bytes each time."""
    budgets = sorted(curves.mean)
    statistics = (curves.mean, curves.low, curves.high)
    columns = [statistic[b] for b in budgets for statistic in statistics]
    cells = [chain((repr(float(value)) for value in column), repeat("")) for column in columns]
    epochs = map(str, range(1, max(budgets) + 1))
    lines = [_header(curves.code, budgets), *zip(epochs, *cells, strict=False)]
    write_text(path, "".join(",".join(line) + "\n" for line in lines))


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
    label, code, _ = _parsed_name(path, ".parquet")
    table = _raw_table(path, quantity)
    runs: dict[tuple[int, int], dict[int, float]] = {key: {} for key in _diverged(path, table)}
    statuses: dict[tuple[int, int], set[str]] = {key: {"diverged"} for key in runs}
    for budget, seed, epoch, status, value in zip(*map(_listed, table.columns), strict=True):
        run = runs.setdefault((budget, seed), {})
        if epoch in run:
            raise _malformed(path, f"budget {budget}, seed {seed} has epoch {epoch} twice")
        run[epoch] = math.nan if value is None else value
        statuses.setdefault((budget, seed), set()).add(status)
    if not runs:
        raise _malformed(path, "it has no rows")
    seeds: dict[int, dict[int, Curve]] = defaultdict(dict)
    for (budget, seed), values in runs.items():
        curve = _run_curve(values, budget, statuses[budget, seed])
        if curve is None:
            problem = f"budget {budget}, seed {seed}: epochs, status or {_COLUMNS[quantity]}"
            raise _malformed(path, f"{problem} incomplete")
        seeds[budget][seed] = curve
    found = CurveSet.from_seeds(label, code, quantity, seeds)
    return replace(found, flatness=_flatness(path, table))


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
        raise _malformed(path, str(error)) from error
    if any(column.null_count for column in table.columns[:-1]):
        raise _malformed(path, "budget, seed, epoch or status is missing in a row")
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
        raise _malformed(path, f"its metadata cannot be read ({error})") from error


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
