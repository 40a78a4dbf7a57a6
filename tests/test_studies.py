"""Studies: plain Optuna's trials, resumable to the same trials, failures recorded."""

import csv
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import optuna
import pytest

from epochbudget.errors import UserError
from epochbudget.files import file_digest
from epochbudget.studies import StudyJob
from small_runs import command, environment, experiment, make_data, run, runner


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def spec(method: str = "C", **study: Any) -> dict[str, Any]:
    e = experiment(study={"trials": 13, "epochs": 3, "seeds": [1], **study})
    return e.study_spec(e.pair("OSC_LSTM", method))


def complete(folder: Path, data: Path, specification: dict[str, Any]) -> list[dict[str, str]]:
    """Carry out a study; its trials.csv."""
    job = StudyJob(specification, file_digest(data), runner(folder, data))
    job.run(folder / "study")
    with (folder / "study" / "trials.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_trials_are_those_of_a_plain_optuna_study(tmp_path: Path, data: Path) -> None:
    here = runner(tmp_path / "plain", data)

    def objective(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", 1e-4, 5e-2, log=True)
        infimum = trial.suggest_float("infimum_lr", 1e-7, 1e-4, log=True)
        history = here.history(run(data, "C", budget=3, lr=lr, infimum_lr=infimum))
        return history.columns["val_loss"][-1]

    sampler = optuna.samplers.TPESampler(seed=42, multivariate=False, constant_liar=False)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    plain = optuna.create_study(sampler=sampler)
    plain.optimize(objective, n_trials=13)  # ten at random, then three by the estimator
    ours = complete(tmp_path, data, spec())
    assert [float(row["value"]) for row in ours] == [t.value for t in plain.trials]
    for row, trial in zip(ours, plain.trials, strict=True):
        assert {n: float(row[n]) for n in trial.params} == trial.params
    best = json.loads((tmp_path / "study" / "best.json").read_text())
    assert best["hyperparameters"] == plain.best_params
    assert best["trial"] == plain.best_trial.number


def test_several_tuning_seeds_give_their_mean(tmp_path: Path, data: Path) -> None:
    rows = complete(tmp_path, data, spec("N", trials=1, seeds=[1, 2, 3]))
    lr = float(rows[0]["lr"])
    here = runner(tmp_path, data)
    runs = [run(data, "N", budget=3, seed=seed, lr=lr) for seed in (1, 2, 3)]
    for each in runs:
        del each.hyperparameters["infimum_lr"]  # type: ignore[attr-defined]
    last = [here.history(each).columns["val_loss"][-1] for each in runs]
    assert float(rows[0]["value"]) == pytest.approx(sum(last) / 3, rel=1e-15)


def test_given_hyperparameters_are_not_searched(tmp_path: Path, data: Path) -> None:
    e = experiment(hyperparameters={"C": {"infimum_lr": 1e-5}})
    specification = e.study_spec(e.pair("OSC_LSTM", "C"))
    rows = complete(tmp_path, data, {**specification, "trials": 1})
    assert set(rows[0]) == {"trial", "state", "value", "lr", "reason"}
    best = json.loads((tmp_path / "study" / "best.json").read_text())
    assert best["hyperparameters"] == {"lr": float(rows[0]["lr"]), "infimum_lr": 1e-5}
    value = runner(tmp_path, data).history(run(data, budget=3, **best["hyperparameters"]))
    assert best["value"] == value.columns["val_loss"][-1]


def test_failed_trials_are_recorded_and_the_study_goes_on(tmp_path: Path, data: Path) -> None:
    wide = {"low": 1e-3, "high": 1e30, "log": True}
    rows = complete(tmp_path, data, spec("N", trials=6, lr=wide))
    assert [int(row["trial"]) for row in rows] == list(range(6))
    states = {row["state"] for row in rows}
    assert states == {"COMPLETE", "FAIL"}
    for row in rows:
        assert (row["state"] == "FAIL") == ("diverged" in row["reason"]) == (row["value"] == "")
    best = json.loads((tmp_path / "study" / "best.json").read_text())
    values = [float(row["value"]) for row in rows if row["value"]]
    assert best["value"] == min(values)
    assert best["failed"] == 6 - len(values)
    storage = optuna.storages.journal.JournalFileBackend(str(tmp_path / "study" / "journal.log"))
    journal = optuna.load_study(
        study_name=best["study"], storage=optuna.storages.JournalStorage(storage)
    )
    assert [t.state.name for t in journal.trials] == [row["state"] for row in rows]


def test_a_study_in_which_everything_fails_says_so(tmp_path: Path, data: Path) -> None:
    wild = {"low": 1e29, "high": 1e30, "log": True}
    with pytest.raises(UserError, match="all 2 trials failed"):
        complete(tmp_path, data, spec("N", trials=2, lr=wild))
    assert (tmp_path / "study" / "trials.csv").exists()


@pytest.mark.slow
def test_a_killed_study_ends_with_the_same_trials(tmp_path: Path, data: Path) -> None:
    specification = json.dumps(spec(trials=9, epochs=6))
    files = {}
    for name in ("quiet", "disturbed"):
        folder = tmp_path / name
        folder.mkdir()
        job = command("study", specification, "--data", str(data), "--folder", "study")
        kills = 0
        while name == "disturbed" and kills < 2:
            process = subprocess.Popen(
                [*job, "--log", "log"], cwd=folder, env=environment(checkpoint_seconds=0.01)
            )
            wait_for_trial(folder / "log", 2 + 3 * kills, process)
            process.kill()
            process.wait()
            kills += 1
        subprocess.run([*job, "--log", "log"], cwd=folder, env=environment(), check=True)
        files[name] = [(folder / "study" / f).read_bytes() for f in ("trials.csv", "best.json")]
    log = (tmp_path / "disturbed" / "log").read_text()
    assert "trial 0:" not in log  # recalled from the journal, not evaluated again
    assert files["quiet"] == files["disturbed"]


def wait_for_trial(log: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a trial is under way."""
    log.unlink(missing_ok=True)
    while process.poll() is None:
        if log.exists() and f"trial {number}:" in log.read_text():
            time.sleep(0.05)
            return
        time.sleep(0.01)
    raise AssertionError("the study ended before it could be killed")


def test_another_sampler_is_noticed(tmp_path: Path, data: Path) -> None:
    """A journal that this Optuna would not have written is refused, not mixed."""
    specification = spec(trials=2)
    complete(tmp_path, data, specification)
    journal = tmp_path / "study" / "journal.log"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    for entry in entries:
        if "params" in entry:
            entry["params"]["lr"] *= 1.01
    journal.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    with pytest.raises(UserError, match=r"envs/requirements\.txt"):
        complete(tmp_path, data, specification)
