"""Runs side by side in worker processes, and in lockstep: same results, nothing lost."""

import csv
import io
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from epochbudget.errors import UserError
from epochbudget.files import file_digest
from epochbudget.studies import StudyJob
from epochbudget.training.run import Run
from epochbudget.training.store import History
from small_runs import command, environment, experiment, make_data, run, runner

CURVES = ("train_loss", "val_loss", "lr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def curves(histories: list[History]) -> list[list[list[float]]]:
    return [[history.columns[name] for name in CURVES] for history in histories]


def several(data: Path) -> list[Run]:
    """Budget-free or not, with a prefix, with a run that diverges."""
    return [
        run(data, "C", budget=5),
        run(data, "C", budget=3),
        run(data, "N", budget=3),
        run(data, "N", budget=6),
        run(data, "N", budget=4, lr=1e30),
        run(data, "H", budget=5, seed=2, upper_bound=9),
    ]


def test_workers_give_what_one_process_gives(tmp_path: Path, data: Path) -> None:
    plain = runner(tmp_path / "plain", data).histories(several(data))
    side = runner(tmp_path / "side", data, workers=2).histories(several(data))
    assert curves(side) == curves(plain)
    assert [h.status for h in side] == [h.status for h in plain]
    assert plain[4].status == "diverged"
    assert plain[2] == plain[3].prefix(3)  # one run, trained once
    assert len(list((tmp_path / "side" / "store").iterdir())) == 5


def test_lockstep_gives_what_single_runs_give(tmp_path: Path, data: Path) -> None:
    plain = runner(tmp_path / "plain", data).histories(several(data))
    here = runner(tmp_path / "together", data, lockstep={"OSC_LSTM": 3})
    together = here.histories(several(data))
    for ours, theirs in zip(together, plain, strict=True):
        assert (ours.status, ours.epochs) == (theirs.status, theirs.epochs)
        for name in CURVES:
            assert ours.columns[name] == pytest.approx(theirs.columns[name], rel=1e-4)
    records = [json.loads(p.read_text()) for p in (tmp_path / "together").glob("store/*/run.json")]
    assert {record["provenance"].get("lockstep") for record in records} == {1, 2, 3}


@pytest.mark.parametrize(
    "settings",
    [pytest.param({"workers": 2}, marks=pytest.mark.slow), {"lockstep": {"OSC_LSTM": 4}}],
)
def test_a_study_asks_ahead_and_has_the_same_trials(
    tmp_path: Path, data: Path, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """25 trials, some of which fail, so that random ones come after the tenth."""
    caplog.set_level("INFO", "epochbudget")
    lr = {"low": 1e-3, "high": 1e30, "log": True}
    e = experiment(study={"trials": 25, "epochs": 2, "seeds": [1], "lr": lr})
    spec = e.study_spec(e.pair("OSC_LSTM", "E"))
    tables = []
    for name, how in (("plain", {}), ("ahead", settings)):
        job = StudyJob(spec, file_digest(data), runner(tmp_path / name, data, **how))
        job.run(tmp_path / name / "study")
        text = (tmp_path / name / "study" / "trials.csv").read_text()
        tables.append(list(csv.DictReader(io.StringIO(text))))
    plain, ahead = tables
    assert "FAIL" in {row["state"] for row in plain[:10]}
    if "workers" in settings:
        assert plain == ahead
        assert "side by side" in caplog.text
        return
    for one, other in zip(plain[:10], ahead[:10], strict=True):  # random, whatever came before
        assert (one["state"], one["lr"]) == (other["state"], other["lr"])
        if one["value"] and float(one["value"]) < 1:
            assert float(one["value"]) == pytest.approx(float(other["value"]), rel=1e-3)
    assert "in lockstep: 4 runs" in caplog.text


def spec_of_long_runs() -> str:
    e = experiment(mode="compare", budgets=[40], hyperparameters={"EH": {"upper_bound": 40}})
    return json.dumps(e.comparison_spec(e.pair("OSC_LSTM", "EH")))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_job_and_lose_nothing(
    tmp_path: Path, data: Path, number: signal.Signals
) -> None:
    files = ("--data", str(data), "--out", "out.parquet", "--log", "log", "--workers", "2")
    job = command("compare", spec_of_long_runs(), *files)
    process = subprocess.Popen(
        job,
        cwd=tmp_path,
        env=environment(checkpoint_seconds=0.01),
        stderr=subprocess.PIPE,
        text=True,
        # Where tests run in the background, Ctrl-C is ignored, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    children = wait_for_workers(tmp_path / "log", process.pid)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert "Traceback" not in errors
    if number != signal.SIGKILL:
        assert (tmp_path / "log").read_text().count("asked to end, stopped after epoch") == 2
        assert not list((tmp_path / "results/store").glob("*/failure.json"))
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a worker outlived its job"
        time.sleep(0.05)
    runs = (tmp_path / "results/store").iterdir()
    checkpoints = [folder for folder in runs if list(folder.glob("checkpoint-*.pt"))]
    records = list((tmp_path / "results/store").glob("*/run.json"))
    assert len(checkpoints) + len(records) == 2
    subprocess.run(job, cwd=tmp_path, env=environment(), check=True)
    log = (tmp_path / "log").read_text()
    assert log.count("continues after epoch") == len(checkpoints)


def wait_for_workers(log: Path, job: int) -> list[int]:
    """Wait until both train; their process numbers."""
    deadline = time.monotonic() + 60
    while not (log.exists() and {"seed 1", "seed 2"} <= trained_seeds(log.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return workers_of(job)


def trained_seeds(log: str) -> set[str]:
    return {line.split(": epoch")[0][-6:] for line in log.splitlines() if ": epoch 2/" in line}


def test_a_killed_worker_is_named_and_the_others_go_on(tmp_path: Path, data: Path) -> None:
    files = ("--data", str(data), "--out", "out.parquet", "--log", "log", "--workers", "2")
    job = command("compare", spec_of_long_runs(), *files)
    process = subprocess.Popen(
        job, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    os.kill(wait_for_workers(tmp_path / "log", process.pid)[0], signal.SIGKILL)
    _, message = process.communicate()
    assert process.returncode == 1
    assert "its worker process ended with status -9" in message
    assert "Hint" in message
    assert "Traceback" not in message
    assert len(list((tmp_path / "results/store").glob("*/run.json"))) == 1
    (failure,) = (tmp_path / "results/store").glob("*/failure.json")
    assert "status -9" in failure.read_text()


@pytest.mark.slow
def test_a_worker_that_dies_before_it_begins_is_named(tmp_path: Path, data: Path) -> None:
    files = ("--data", str(data), "--out", "out.parquet", "--log", "log", "--workers", "2")
    job = command("compare", spec_of_long_runs(), *files)
    process = subprocess.Popen(
        job, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    while not (found := workers_of(process.pid)):
        time.sleep(0.005)
    os.kill(found[0], signal.SIGKILL)
    _, message = process.communicate()
    assert process.returncode == 1
    assert "its worker process ended with status -9" in message


def workers_of(job: int) -> list[int]:
    children = Path(f"/proc/{job}/task/{job}/children").read_text().split()
    return [int(c) for c in children if "spawn_main" in Path(f"/proc/{c}/cmdline").read_text()]


def test_a_workers_mistake_is_the_jobs(tmp_path: Path, data: Path) -> None:
    here = runner(tmp_path, data, workers=2)
    good, bad = run(data, "C"), run(data, "H", upper_bound=2)
    with pytest.raises(UserError, match=r"OSC_LSTM H budget 5 seed 1: upper_bound is 2.*Hint"):
        here.histories([good, bad, run(data, "P", budget=5, power=1.5)])
    assert here.store.read(good).covers(5)
    assert len(list((tmp_path / "store").glob("*/run.json"))) == 2
