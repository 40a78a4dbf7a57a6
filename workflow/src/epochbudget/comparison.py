"""Comparisons: one model and method at all epoch budgets with all seeds."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.files import atomic, canonical_json
from epochbudget.training.provenance import provenance
from epochbudget.training.run import Run, with_defaults
from epochbudget.training.runner import Runner
from epochbudget.training.store import History, Store

log = logging.getLogger(__name__)


def compare(
    spec: Mapping[str, Any], best: Path | None, data: str, runner: Runner, output: Path
) -> None:
    """Train what is missing and write the raw rows, one per budget, seed and epoch.

    Args:
        spec: The comparison's slice of the configuration (`Experiment.comparison_spec`).
        best: The study's best.json; None if given and default hyperparameters are to be used.
        data: Digest of the data file.
        runner: Carries out the runs.
        output: The Parquet file to write.
    """
    record = {"hyperparameters": spec["given"]} if best is None else read_best(best)
    found = record["hyperparameters"]
    runner = replace(runner, flatness=spec.get("flatness", False), dynamics=record.get("dynamics"))
    runs = {
        (budget, seed): one_run(spec, found, budget, seed, data)
        # Longest first: a budget-free method's shorter budgets are then prefixes in the store.
        for budget in sorted(spec["budgets"], reverse=True)
        for seed in spec["seeds"]
    }
    histories = dict(zip(runs, runner.histories(list(runs.values())), strict=True))
    metadata = {
        "spec": dict(spec),
        "hyperparameters": found,
        "data": data,
        # A run that diverges in its first epoch has no row, so its fate stands here.
        "diverged": sorted(key for key, h in histories.items() if h.status == "diverged"),
        "provenance": provenance(runner.device),
    }
    if noted := [
        {"budget": budget, "seed": seed, **own}
        for (budget, seed), run in sorted(runs.items())
        if (own := _noted(runner.store, run))
    ]:
        metadata["noted"] = noted
    _write(histories, metadata, output)


def read_best(path: Path) -> dict[str, Any]:
    """The record of an ended study, or of what LODE has learnt.

    Raises:
        UserError: If it cannot be read.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record["hyperparameters"], dict):
            raise TypeError("its hyperparameters are no mapping")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: what was found cannot be read ({error})",
            f"delete it and make it again, runs and trials are kept: snakemake {path}",
        ) from error
    return record


def one_run(
    spec: Mapping[str, Any], found: Mapping[str, Any], budget: int, seed: int, data: str
) -> Run:
    """The run of a comparison with the hyperparameters `found` (or given).

    The best of the schedules that LODE learns from is run as what it is, under its own run key.
    """
    method, found = registry.methods()[spec["method"]], dict(found)
    if method.steering == "nothing":
        method = registry.methods()[found.pop("base")]
    return Run(
        task=spec["task"],
        method=method.code,
        optimizer=spec.get("optimizer"),
        hyperparameters=with_defaults(method, found, spec.get("infimum_lr")),
        budget=budget,
        seed=seed,
        data=data,
    )


def planned(spec: Mapping[str, Any], data: str) -> list[Run]:
    """The earlier runs of one method from which LODE learns (`Experiment.prior_spec`)."""
    given = spec["given"]
    return [
        one_run(spec, {**given, "lr": given["lr"] * factor}, spec["budget"], seed, data)
        for factor in spec["lr_factors"]
        for seed in spec["seeds"]
    ]


def _noted(store: Store, run: Run) -> dict[str, Any]:
    """What is noted of a run; the flatness of a longer run with its key is not its own."""
    found = store.noted(run)
    if found.pop("epochs", 0) > run.budget and "flatness" in found:
        found["flatness"] = None
    return found


def _write(
    histories: Mapping[tuple[int, int], History], metadata: Mapping[str, Any], output: Path
) -> None:
    """Write rows sorted by budget, seed and epoch; the metadata goes into the schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("budget", "seed", "epoch", "train_loss", "val_loss", "accuracy", "lr", "seconds")
    columns: dict[str, list[Any]] = {name: [] for name in (*names, "status")}
    for (budget, seed), history in sorted(histories.items()):
        columns["budget"] += [budget] * history.epochs
        columns["seed"] += [seed] * history.epochs
        columns["epoch"] += range(1, history.epochs + 1)
        columns["status"] += [history.status] * history.epochs
        for name, values in history.columns.items():
            columns[name] += values
    types = {"budget": pa.int64(), "seed": pa.int64(), "epoch": pa.int64(), "status": pa.string()}
    table = pa.table({n: pa.array(v, types.get(n, pa.float64())) for n, v in columns.items()})
    table = table.replace_schema_metadata({"epochbudget": canonical_json(metadata)})
    with atomic(output) as temporary:
        pq.write_table(table, temporary)
