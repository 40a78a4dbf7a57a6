"""The earlier runs of one method, observed, from which LODE learns."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from epochbudget.comparison import planned
from epochbudget.files import write_json
from epochbudget.training.run import Run
from epochbudget.training.runner import Runner
from epochbudget.training.store import History


def collect(spec: Mapping[str, Any], data: str, runner: Runner, output: Path) -> None:
    """Train what is missing and write what was observed of each run that reached its end.

    Args:
        spec: `Experiment.prior_spec`.
        data: Digest of the data file.
        runner: Carries out the runs.
        output: The JSON file to write: `spec` and `data`, as given; `method`; `budget`;
            `diverged`, of the runs that are left out their number (`runs`), `epochs` and `seconds`;
            and `runs`, the others, each with its `hyperparameters`, `seed`,
            `observations` (columns), `val_loss` and `accuracy` by epoch (None for regression), and
            `seconds` of training.
    """
    runs = planned(spec, data)
    histories = replace(runner, observe=True).histories(runs)
    finished = [
        _entry(run, history, runner)
        for run, history in zip(runs, histories, strict=True)
        if history.status == "finished"
    ]
    lost = [history for history in histories if history.status != "finished"]
    left_out = {
        "runs": len(lost),
        "epochs": sum(history.epochs for history in lost),
        "seconds": sum(sum(history.columns["seconds"]) for history in lost),
    }
    about = {"spec": dict(spec), "data": data, "method": spec["method"], "budget": spec["budget"]}
    write_json(output, {**about, "diverged": left_out, "runs": finished})


def _entry(run: Run, history: History, runner: Runner) -> dict[str, Any]:
    accuracy = history.columns["accuracy"]
    noted = runner.store.noted(run)
    # A run that needs no budget may have gone on beyond this one.
    points = len(noted["observations"]["loss"]) // noted["epochs"]
    return {
        "hyperparameters": dict(run.hyperparameters),
        "seed": run.seed,
        "observations": {
            n: column[: points * run.budget] for n, column in noted["observations"].items()
        },
        "val_loss": history.columns["val_loss"],
        "accuracy": None if accuracy[0] is None else accuracy,
        "seconds": sum(history.columns["seconds"]),
    }
