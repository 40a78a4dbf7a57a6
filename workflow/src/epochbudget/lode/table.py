"""LODE beside its controls and all other methods of a run, seed by seed."""

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from epochbudget.files import write_csv
from epochbudget.raw_runs import notes, read_runs
from epochbudget.verification.ordering import ordering

COLUMNS = (
    "model",
    "method",
    "budget",
    "seeds",
    "score",
    "score_std",
    "final_val_loss",
    "final_accuracy",
    "lode_minus_this",
    "lode_minus_this_std",
    "seeds_lode_better",
    "p",
    "verdict",
    "reason",
    "refreshes",
    "flatness",
    "seconds",
    "relative_seconds",
    "relative_seconds_with_prior",
)
"""Columns of table.csv, at the longest budget; means and sample standard deviations of the seeds
that reached the end. `score` is what LODE maximises: accuracy, or minus the logarithm of the
validation loss. `verdict` is on "LODE scores higher than this method" (`ordering`), `p` its exact
sign test. `refreshes`: of the schedule. `seconds`: of a run; relative to LODE-prior's, and
likewise with the earlier runs and the learning, which all seeds share."""
METHOD, BASE = "LODE", "LODE-prior"


@dataclass(frozen=True)
class Runs:
    """Runs of one method on one model that reached the end of the longest budget, by seed.

    Attributes:
        label: Label of the model.
        code: Code of the method.
        budget: Their epochs.
        val_loss: Final validation loss.
        accuracy: Final accuracy; empty for regression.
        seconds: Of training.
        refreshes: How often the schedule was changed; empty where it could not be.
        flatness: Largest eigenvalue of the Hessian; empty where it was not measured.
    """

    label: str
    code: str
    budget: int
    val_loss: Mapping[int, float]
    accuracy: Mapping[int, float]
    seconds: Mapping[int, float]
    refreshes: Mapping[int, float]
    flatness: Mapping[int, float]

    @property
    def score(self) -> dict[int, float]:
        """What LODE maximises."""
        return dict(self.accuracy) or {s: -math.log(loss) for s, loss in self.val_loss.items()}


def write(runs: Sequence[Path], learnt: Sequence[Path], path: Path) -> None:
    """Write the table as CSV.

    Args:
        runs: Raw rows of all comparisons, `Result_{label}-{code}.parquet`.
        learnt: What LODE has learnt, `.../{label}/{code}.json`.
        path: The file.
    """
    files = {(file.parent.name, file.stem): json.loads(file.read_text("utf-8")) for file in learnt}
    methods = [read(file) for file in runs]
    rows = []
    for label in dict.fromkeys(label for label, _ in files):
        own = {found.code: found for found in methods if found.label == label}
        spent = {
            code: file["prior"]["seconds"] + file["seconds"]
            for (of, code), file in files.items()
            if of == label
        }
        rows += [_row(found, own, spent) for found in own.values()]
    write_csv(path, rows, COLUMNS)


def read(path: Path) -> Runs:
    """The runs in the raw rows of a comparison."""
    import pyarrow.parquet as pq

    label, code = path.stem.removeprefix("Result_").split("-", 1)
    with pq.ParquetFile(path) as file:
        every = file.read().to_pylist()
    budget = max(read_runs(path, "loss").seeds)
    ended = [row for row in every if row["budget"] == budget and row["status"] == "finished"]
    last = {row["seed"]: row for row in ended if row["epoch"] == budget}
    seconds: dict[int, float] = dict.fromkeys(last, 0.0)
    for row in ended:
        seconds[row["seed"]] += row["seconds"]
    noted = notes(path, budget)
    return Runs(
        label,
        code,
        budget,
        {seed: row["val_loss"] for seed, row in last.items()},
        {s: row["accuracy"] for s, row in last.items() if row["accuracy"] is not None},
        seconds,
        {s: float(len(n["refreshes"])) for s, n in noted.items() if s in last and "refreshes" in n},
        {s: n["flatness"] for s, n in noted.items() if s in last and n.get("flatness") is not None},
    )


def _row(found: Runs, methods: Mapping[str, Runs], spent: Mapping[str, float]) -> dict[str, Any]:
    base, runs = methods.get(BASE), len(found.seconds)
    row = {
        "model": found.label,
        "method": found.code,
        "budget": found.budget,
        "seeds": runs,
        **_summary("score", found.score.values()),
        "final_val_loss": _mean(found.val_loss.values()),
        "final_accuracy": _mean(found.accuracy.values()),
        "refreshes": _mean(found.refreshes.values()),
        "flatness": _mean(found.flatness.values()),
        "seconds": _mean(found.seconds.values()),
        **_judged(found, methods.get(METHOD)),
    }
    if base and base.seconds and runs:
        plain = statistics.fmean(base.seconds.values())
        own = statistics.fmean(found.seconds.values())
        row["relative_seconds"] = own / plain
        if found.code in spent:
            row["relative_seconds_with_prior"] = (own + spent[found.code] / runs) / plain
    return row


def _judged(found: Runs, lode: Runs | None) -> dict[str, Any]:
    """LODE against this method."""
    if lode is None or lode is found:
        return {}
    pairs = lode.score.keys() & found.score.keys()
    differences = [lode.score[seed] - found.score[seed] for seed in sorted(pairs)]
    claim = ordering(METHOD, {METHOD: lode.score, found.code: found.score}, lower_is_better=False)
    return {
        **_summary("lode_minus_this", differences),
        "seeds_lode_better": claim.seeds_for,
        "p": claim.p,
        "verdict": claim.verdict,
        "reason": claim.reason,
    }


def _summary(name: str, values: Iterable[float]) -> dict[str, float | None]:
    numbers = list(values)
    spread = statistics.stdev(numbers) if len(numbers) > 1 else None
    return {name: _mean(numbers), f"{name}_std": spread}


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return statistics.fmean(numbers) if numbers else None
