"""`epochbudget status`: what it says is what the folders hold."""

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.status import State, hours_left, now, states
from epochbudget.studies import StudyJob
from epochbudget.training import failures
from epochbudget.training.run import Run
from epochbudget.training.store import Store
from small_runs import CONFIG, command, environment, experiment, make_data, runner


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the data set in its place."""
    data = make_data(tmp_path)
    place = tmp_path / "results" / "demo" / "data" / "oscillator.parquet"
    place.parent.mkdir(parents=True)
    data.rename(place)
    monkeypatch.chdir(tmp_path)
    return tmp_path


DATA = Path("results/demo/data/oscillator.parquet")


def given(**changes: object) -> Experiment:
    """Without studies, so that runs can be made one by one."""
    return experiment(**{"mode": "compare", "methods": ["N", "C"], **changes})


def one(e: Experiment, method: str, budget: int, seed: int) -> Run:
    from epochbudget.comparison import one_run

    spec = e.comparison_spec(e.pair("OSC_LSTM", method))
    return one_run(spec, spec["given"], budget, seed, file_digest(DATA))


def by_place(found: list[State]) -> dict[tuple[str, int, int | None], State]:
    return {(s.method, s.budget, s.seed): s for s in found}


def test_every_state_is_told(folder: Path) -> None:
    e = given()
    here = runner(folder / "results", DATA, checkpoint_seconds=0.0)
    store = Store(folder / "results" / "store")
    here.history(one(e, "C", 3, 1))
    here.history(one(e, "N", 3, 2))  # shorter than the longest budget
    broken = one(e, "C", 5, 1)
    failures.record(store.place(broken), UserError("the disk sang", "listen"))
    stopped = one(e, "C", 5, 2)
    here.history(stopped)
    (store.place(stopped) / "run.json").unlink()
    begun = here._open(stopped)
    for _ in range(2):
        begun.add(begun.trainer.train_epoch(), 0.5)
        begun.save()
    found = by_place(states(e, store))
    assert len(found) == 8
    assert found["C", 3, 1].state == "done"
    assert found["C", 3, 1].seconds
    assert (found["C", 5, 1].state, "the disk sang" in found["C", 5, 1].note) == ("failed", True)
    assert (found["C", 5, 2].state, found["C", 5, 2].done) == ("interrupted", 2)
    assert found["C", 3, 2].state == "missing"
    assert (found["N", 3, 2].state, found["N", 5, 2].state) == ("done", "missing")
    assert found["N", 5, 2].done == 3
    assert [f.reason for f in now(store).failed] == ["the disk sang"]
    with store.lock(stopped, here_end()):
        assert by_place(states(e, store))["C", 5, 2].state == "running"
        (running,) = now(store).running
        assert (running.run, running.epochs, running.epoch) == (str(stopped), 5, 2)


def here_end():
    from epochbudget.training.signals import EndRequest

    return EndRequest()


def test_a_damaged_record_is_a_failure_with_its_reason(folder: Path) -> None:
    e, store = given(), Store(folder / "results" / "store")
    this = one(e, "C", 3, 1)
    runner(folder / "results", DATA).history(this)
    (store.place(this) / "run.json").write_text("{}")
    state = by_place(states(e, store))["C", 3, 1]
    assert state.state == "failed"
    assert "run.json" in state.note


def test_a_diverged_run_is_done_with_a_result(folder: Path) -> None:
    e = given(hyperparameters={"C": {"lr": 1e30}})
    store = Store(folder / "results" / "store")
    runner(folder / "results", DATA).history(one(e, "C", 5, 1))
    assert by_place(states(e, store))["C", 5, 1].state == "diverged"


def test_a_study_counts_its_trials(folder: Path) -> None:
    e = experiment(methods=["C"], study={"trials": 3, "epochs": 3, "seeds": [1]})
    store = Store(folder / "results" / "store")
    study = by_place(states(e, store))["C", 3, None]
    assert (study.state, study.done, study.of) == ("missing", 0, 3)
    pair = e.pair("OSC_LSTM", "C")
    place = Path(e.path("best", label=pair.label, code=pair.code)).parent
    StudyJob(e.study_spec(pair), file_digest(DATA), runner(folder / "results", DATA)).run(place)
    study = by_place(states(e, store))["C", 3, None]
    assert (study.state, study.done) == ("done", 3)
    (place / "best.json").unlink()
    study = by_place(states(e, store))["C", 3, None]
    assert (study.state, study.done) == ("interrupted", 3)


def test_the_time_left_follows_from_the_times_of_epochs(folder: Path) -> None:
    e, store = given(), Store(folder / "results" / "store")
    assert hours_left(e, store, states(e, store)) == {"OSC_LSTM": None}
    here = runner(folder / "results", DATA)
    here.history(one(e, "C", 3, 1))
    found = states(e, store)
    (seconds,) = {s.seconds for s in found if s.seconds}
    epochs = 2 * 3 + 2 * 5 + 2 * 5 - 3  # C at both budgets, N once, less what is done
    assert hours_left(e, store, found)["OSC_LSTM"] == pytest.approx(epochs * seconds / 3600)
    for method in ("C", "N"):
        for budget in (3, 5):
            for seed in (1, 2):
                here.history(one(e, method, budget, seed))
    assert hours_left(e, store, states(e, store)) == {"OSC_LSTM": 0.0}


def test_the_command_watches_a_job(folder: Path) -> None:
    """A real job, seen from outside while it trains, after it was stopped, and at its end."""
    e = given(methods=["C"], budgets=[400])
    (folder / "my.yaml").write_text(
        json.dumps({**CONFIG, "mode": "compare", "methods": ["C"], "budgets": [400]})
    )
    spec = json.dumps(e.comparison_spec(e.pair("OSC_LSTM", "C")))
    job = command(
        *("compare", spec, "--data", str(DATA), "--log", "log"),
        *("--out", "results/demo/curves/Result_OSC_LSTM-C.parquet"),
    )
    process = subprocess.Popen(job, env=environment(checkpoint_seconds=0.1))
    while not ((folder / "log").exists() and "epoch 20/400" in (folder / "log").read_text()):
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)
    text = status()
    assert "OSC_LSTM  C            -      0/2 +1" in text
    assert "running: OSC_LSTM C budget 400 seed 1: epoch " in text
    assert f"process {process.pid}" in text
    assert "1 running, 1 missing; time left: about " in text
    process.send_signal(signal.SIGCONT)
    process.terminate()
    assert process.wait() == 143
    rows = list(csv.DictReader(io.StringIO(status("--csv"))))
    assert [row["state"] for row in rows] == ["interrupted", "missing"]
    assert 20 <= int(rows[0]["done"]) < 400
    assert (folder / "results/store" / rows[0]["key"]).is_dir()


def status(*arguments: str) -> str:
    return subprocess.run(
        command("status", "--configfile", "my.yaml", *arguments),
        env=environment(),
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout
