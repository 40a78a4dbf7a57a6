"""Learning curves as the metrics see them, and their published CSV format."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from epochbudget.errors import UserError
from epochbudget.files import write_text

Curve = NDArray[np.float64]
Quantity = Literal["loss", "accuracy", "train_loss", "lr"]
VALIDATED: tuple[Quantity, ...] = ("loss", "accuracy")
"""Quantities that curves are exported of; the others describe the training."""

_STATISTICS = ("", "_min", "_max")
"""Endings of a budget's three columns: mean, minimum and maximum over the seeds."""


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


class FileName(NamedTuple):
    """What the name of a file of curves tells."""

    label: str
    code: str
    quantity: Quantity


def parsed_name(path: Path, suffix: str) -> FileName:
    """Label, code and quantity that a file's name tells."""
    match = re.fullmatch(r"Result_([^-]+?)(_ACC)?-([\w-]+)", path.stem)
    if match is None or path.suffix != suffix:
        raise UserError(
            f"cannot tell model and method from the file name {path.name}",
            f"curve files are named Result_LABEL-CODE{suffix} or Result_LABEL_ACC-CODE{suffix}",
        )
    label, accuracy, code = match.groups()
    return FileName(label, code, "accuracy" if accuracy else "loss")


def malformed(path: Path, problem: str) -> UserError:
    """The error that a file of curves is not as it should be."""
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
    label, code, quantity = parsed_name(path, ".csv")
    try:
        text = path.read_text(encoding="utf-8")
        header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise malformed(path, str(error)) from error
    budgets = _budgets(path, code, header)
    if len(rows) != max(budgets) or not text.endswith("\n"):
        raise malformed(path, f"it breaks off after {len(rows)} of {max(budgets)} epochs")
    for epoch, row in enumerate(rows, start=1):
        if len(row) != len(header) or row[0] != str(epoch):
            raise malformed(path, f"its row for epoch {epoch} has the wrong length or epoch")
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    mean, low, high = (
        {b: _filled(path, name := f"{code}{b}_val_loss{end}", columns[name], b) for b in budgets}
        for end in _STATISTICS
    )
    if any(not len(mean[b]) == len(low[b]) == len(high[b]) for b in budgets):
        raise malformed(path, "mean, minimum and maximum of a budget end at different epochs")
    return CurveSet(label, code, quantity, mean, low, high)


def _budgets(path: Path, code: str, header: list[str]) -> list[int]:
    """The budgets, in rising order, that a header names; it must name nothing else."""
    found = re.findall(rf"\b{re.escape(code)}([1-9]\d*)_val_loss\b", " ".join(header))
    budgets = sorted(set(map(int, found)))
    if not budgets or sorted(header) != sorted(_header(code, budgets)) or header[0] != "epoch":
        raise malformed(path, f"its columns are not epoch and {code}BUDGET_val_loss[_min|_max]")
    return budgets


def _header(code: str, budgets: list[int]) -> list[str]:
    return ["epoch", *(f"{code}{b}_val_loss{end}" for b in budgets for end in _STATISTICS)]


def _filled(path: Path, name: str, cells: tuple[str, ...], budget: int) -> Curve:
    """The values of a column up to its first blank cell."""
    length = cells.index("") if "" in cells else len(cells)
    try:
        values = np.array([float(cell) for cell in cells[:length]])
    except ValueError as error:
        raise malformed(path, f"column {name}: {error}") from error
    if any(cells[length:]) or length > budget or not np.isfinite(values).all():
        raise malformed(path, f"column {name} has a gap, too many epochs or a value not finite")
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
