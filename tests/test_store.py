"""The store: nothing is trained twice, nothing is lost, nothing resumes differently."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from epochbudget.errors import UserError
from epochbudget.training.loop import Trainer
from epochbudget.training.store import History
from small_runs import command, environment, experiment, killed_until_done, make_data, run, runner

RECORD = {"run.json", ".run.json.seal", ".lock"}
"""What is left of a run that will not be continued."""
CURVES = ("train_loss", "val_loss", "lr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def curves(history: History) -> dict[str, list[float]]:
    return {name: history.columns[name] for name in CURVES}


def count_epochs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the epochs that are really trained from now on."""
    trained: list[int] = []
    original = Trainer.train_epoch
    monkeypatch.setattr(Trainer, "train_epoch", lambda self: (trained.append(1), original(self))[1])
    return trained


def test_a_finished_run_is_never_trained_again(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = count_epochs(monkeypatch)
    first = runner(tmp_path, data).history(run(data))
    assert len(trained) == 5
    assert curves(runner(tmp_path, data).history(run(data))) == curves(first)
    assert len(trained) == 5
    for changed in (run(data, seed=2), run(data, lr=0.02), run(data, budget=4), run(data, "P")):
        assert changed.key != run(data).key


def test_a_budget_free_run_goes_on_and_gives_prefixes(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = count_epochs(monkeypatch)
    whole = runner(tmp_path / "whole", data).history(run(data, "N", budget=6))
    here = runner(tmp_path / "parts", data)
    parts = [here.history(run(data, "N", budget=budget)) for budget in (2, 6, 4)]
    assert len(trained) == 6 + 2 + 4
    assert [part.epochs for part in parts] == [2, 6, 4]
    for part in parts:
        assert curves(part) == curves(whole.prefix(part.epochs))


def test_a_diverged_run_is_recorded_and_kept(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = count_epochs(monkeypatch)
    wild = run(data, "N", lr=1e30)
    history = runner(tmp_path, data).history(wild)
    assert history.status == "diverged"
    assert history.epochs == len(trained) - 1 < 5
    assert runner(tmp_path, data).history(wild) == history
    assert history.epochs == len(trained) - 1
    record = json.loads((tmp_path / "store" / wild.key / "run.json").read_text())
    assert record["status"] == "diverged"
    assert {path.name for path in (tmp_path / "store" / wild.key).iterdir()} == RECORD


def test_a_run_that_diverged_later_is_finished_for_a_shorter_budget() -> None:
    history = History("diverged", {n: [1.0] * 4 for n in History().columns})
    assert history.prefix(3).status == "finished"
    assert history.prefix(5).status == "diverged"


def test_a_damaged_record_is_named(tmp_path: Path, data: Path) -> None:
    here, this = runner(tmp_path, data), run(data, "N")
    here.history(this)
    folder = tmp_path / "store" / this.key
    record = (folder / "run.json").read_text()
    for text in ("", record[: len(record) // 2], "[]", "{}"):
        (folder / "run.json").write_text(text)
        with pytest.raises(UserError, match=r"run\.json.*Hint"):
            here.history(this)


@pytest.mark.parametrize(
    ("number", "lockstep"),
    [
        pytest.param(signal.SIGTERM, {}, marks=pytest.mark.slow),
        (signal.SIGKILL, {}),
        pytest.param(signal.SIGTERM, {"OSC_LSTM": 2}, marks=pytest.mark.slow),
    ],
)
def test_a_killed_comparison_ends_as_an_undisturbed_one(
    tmp_path: Path, data: Path, number: signal.Signals, lockstep: dict[str, int]
) -> None:
    e = experiment(mode="compare", budgets=[15], hyperparameters={"EH": {"upper_bound": 15}})
    spec = json.dumps(e.comparison_spec(e.pair("OSC_LSTM", "EH")))
    for folder in ("quiet", "disturbed"):
        (tmp_path / folder).mkdir()
    files = ("--data", str(data), "--out", "Result_OSC_LSTM-EH.parquet", "--log", "log")
    job = command("compare", spec, *files)
    started = environment(checkpoint_seconds=0.01, lockstep=lockstep)
    subprocess.run(job, cwd=tmp_path / "quiet", env=started, check=True)

    folder = tmp_path / "disturbed"
    kills = killed_until_done(
        job, folder, number, most=2, checkpoint_seconds=0.01, lockstep=lockstep
    )
    assert kills == 2
    log = (tmp_path / "disturbed" / "log").read_text()
    assert "continues after epoch" in log or "from the store" in log
    assert stored_curves(tmp_path / "disturbed") == stored_curves(tmp_path / "quiet")


def stored_curves(folder: Path) -> dict[str, list[float]]:
    """Losses and rates of all runs of a store, by run key."""
    records = [json.loads(p.read_text()) for p in folder.glob("results/store/*/run.json")]
    assert len(records) == 2
    return {
        f"{record['identity']['seed']} {name}": record["history"][name]
        for record in records
        for name in CURVES
    }
