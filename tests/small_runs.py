"""Runs of the real oscillator task that take milliseconds: for tests of the store and studies."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.training.device import prepare
from epochbudget.training.run import Run
from epochbudget.training.runner import Runner
from epochbudget.training.store import Store

TASK = {"history": 5, "horizon": 5, "stride": 4, "hidden": 4, "layers": 1, "batch_size": 16}
CONFIG: dict[str, Any] = {
    "models": ["OSC_LSTM"],
    "budgets": [3, 5],
    "seeds": [1, 2],
    "study": {"trials": 5, "epochs": 3, "seeds": [1]},
    "tasks": {"OSC_LSTM": TASK},
}


def experiment(**changes: Any) -> Experiment:
    return Experiment(load({**CONFIG, **changes}))


def make_data(folder: Path) -> Path:
    """A short trajectory, written by the real command."""
    path = folder / "oscillator.parquet"
    epochbudget("data", "oscillator", '{"duration": 0.5}', "--out", str(path), cwd=folder)
    return path


def epochbudget(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real command line, which must succeed."""
    return subprocess.run(command(*arguments), cwd=cwd, env=environment(), check=True, text=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "epochbudget", *arguments]


def environment(**runtime: Any) -> dict[str, str]:
    path = os.pathsep.join(filter(None, sys.path))
    settings = json.dumps({"device": "cpu", "log_every": 1, **runtime})
    return {**os.environ, "PYTHONPATH": path, "EPOCHBUDGET_RUNTIME": settings}


def runner(folder: Path, data: Path, **settings: Any) -> Runner:
    return Runner(Store(folder / "store"), data, prepare("cpu"), **settings)


def run(data: Path, method: str = "C", budget: int = 5, seed: int = 1, **given: Any) -> Run:
    e = experiment(methods=[method])
    pair = e.pair("OSC_LSTM", method)
    hyperparameters = {"lr": 0.01, "infimum_lr": 1e-6, **given}
    return Run(
        task=e.task_spec(pair),
        method=method,
        optimizer="AdamW",
        hyperparameters=hyperparameters,
        budget=budget,
        seed=seed,
        data=file_digest(data),
    )


def killed_until_done(
    job: list[str], folder: Path, number: int, most: int = 3, **runtime: Any
) -> int:
    """Start a job in `folder` again and again until it ends well; how often it was killed.

    Args:
        job: Its command line; it logs every epoch in the file `log`.
        folder: Where it runs.
        number: The signal, sent when a few epochs more are trained.
        most: How often it is killed, at most.
        runtime: See `environment`.
    """
    kills = 0
    while True:
        process = subprocess.Popen(job, cwd=folder, env=environment(**runtime))
        if kills < most:
            _wait_for_epochs(folder / "log", process)
            process.send_signal(number)
        if process.wait() == 0:
            return kills
        kills += 1
        assert kills <= most, "it fails undisturbed"


def _wait_for_epochs(log: Path, process: "subprocess.Popen[bytes]") -> None:
    log.unlink(missing_ok=True)
    while process.poll() is None:
        if log.exists() and log.read_text().count("validation") >= 5:
            return
        time.sleep(0.02)
