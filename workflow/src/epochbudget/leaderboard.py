"""The leaderboard of a run: best-epoch and last-epoch accuracies beside the published ones."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.files import write_csv
from epochbudget.metrics.names import model_name
from epochbudget.metrics.read import selected
from epochbudget.verification import baselines

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment

COLUMNS = (
    "model",
    "rank",
    "method",
    "name",
    "budget",
    "seeds",
    "protocol",
    "best_accuracy",
    "best_accuracy_std",
    "last_accuracy",
    "last_accuracy_std",
    "published",
    "published_std",
    "verdict",
    "reason",
)
"""Columns of leaderboard.csv; accuracies in percent, means and sample standard deviations of the
seeds that reached the end; `protocol` is full where it is the published one, else reduced."""

TABLES = {"best": "best_accuracy", "final": "final_accuracy"}
"""Metric tables, and the quantity that is read from them."""


def specification(experiment: "Experiment") -> dict[str, Any]:
    """What a leaderboard depends on, besides the tables of metrics."""
    return {
        "seeds": len(experiment.seeds),
        "published_seeds": len(baselines.published()["seeds"]),
        "budget": max(experiment.budgets),
        "pairs": [
            {
                "label": pair.label,
                "code": pair.code,
                "name": pair.method.name,
                "published": baselines.result(experiment, pair),
                "deviations": baselines.deviations(experiment, pair),
            }
            for pair in experiment.pairs
            if pair.task.classification
        ],
    }


def rows(
    spec: Mapping[str, Any],
    best: Mapping[tuple[str, str], Sequence[float]],
    last: Mapping[tuple[str, str], Sequence[float]],
) -> list[dict[str, Any]]:
    """The leaderboard, model after model, the best mean first.

    Args:
        spec: See `specification`.
        best: (label, code) -> accuracy in percent of each seed's best epoch.
        last: The same of the last epoch.
    """
    found = [_row(spec, pair, best, last) for pair in spec["pairs"]]
    models = list(dict.fromkeys(row["model"] for row in found))
    ordered = []
    for model in models:
        of_model = [row for row in found if row["model"] == model]
        of_model.sort(key=lambda row: -(row["best_accuracy"] or -math.inf))
        ordered += [{**row, "rank": rank} for rank, row in enumerate(of_model, start=1)]
    return ordered


def _row(
    spec: Mapping[str, Any],
    pair: Mapping[str, Any],
    best: Mapping[tuple[str, str], Sequence[float]],
    last: Mapping[tuple[str, str], Sequence[float]],
) -> dict[str, Any]:
    key = pair["label"], pair["code"]
    ours = best.get(key, ())
    published = pair["published"]
    judgement = baselines.judge(ours, pair, spec) if published else None
    return {
        "model": pair["label"],
        "method": pair["code"],
        "name": pair["name"],
        "budget": spec["budget"],
        "seeds": len(ours),
        "protocol": "reduced" if pair["deviations"] else "full",
        **_summary("best_accuracy", ours),
        **_summary("last_accuracy", last.get(key, ())),
        "published": published[0] if published else None,
        "published_std": published[1] if len(published) > 1 else None,
        "verdict": judgement.verdict if judgement else None,
        "reason": judgement.reason if judgement else "nothing published of this model and method",
    }


def _summary(name: str, values: Sequence[float]) -> dict[str, float | None]:
    spread = statistics.stdev(values) if len(values) > 1 else None
    mean = statistics.fmean(values) if values else None
    return {name: _rounded(mean), f"{name}_std": _rounded(spread)}


def _rounded(value: float | None) -> float | None:
    """To a millionth of a percentage point, without noise of the conversion to percent."""
    return None if value is None else round(value, 6)


def read(table: Path, quantity: str, spec: Mapping[str, Any]) -> dict[tuple[str, str], list[float]]:
    """(label, code) -> the seeds' values of a table of metrics at the longest budget, in %."""
    found: dict[tuple[str, str], list[float]] = {}
    names = {model_name(pair["label"]): pair["label"] for pair in spec["pairs"]}
    for entry in selected(table, quantity=[quantity], budget=[str(spec["budget"])]):
        if entry["seed"] and entry["model"] in names:
            key = names[entry["model"]], entry["scheduler"]
            found.setdefault(key, []).append(100 * float(entry["value"]))
    return found


def write(spec: Mapping[str, Any], tables: Iterable[Path], path: Path) -> None:
    """Write the leaderboard as CSV, the same bytes each time.

    Args:
        spec: See `specification`.
        tables: Metric tables best.csv and final.csv.
        path: The file.
    """
    by_name = {table.stem: table for table in tables}
    best, last = (read(by_name[name], quantity, spec) for name, quantity in TABLES.items())
    write_csv(path, rows(spec, best, last), COLUMNS)
