"""Trunks shared between budgets: the same results, bit for bit, from fewer epochs."""

import json
import signal
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from epochbudget import registry
from epochbudget.schedules.rates import learning_rates
from epochbudget.training import trunks
from epochbudget.training.run import Run
from epochbudget.training.runner import Runner
from epochbudget.training.store import History, epoch_of
from small_runs import command, experiment, killed_until_done, make_data, run, runner
from task_samples import build, operator_data
from test_averaged import Normalised
from test_store import CURVES, count_epochs, curves

CODES = [code for code, method in registry.methods().items() if method.trunk]
BUDGETS = (20, 15, 10, 5)
TRUNKS = [16, 12, 8, 4]
TOGETHER = 16 + 4 + 3 + 2 + 1


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def several(data: Path, code: str = "WSD", budgets: tuple[int, ...] = BUDGETS) -> list[Run]:
    return [run(data, code, budget=budget, warmup_epochs=3) for budget in budgets]


def separately(folder: Path, data: Path, runs: list[Run], **how: Any) -> list[History]:
    """Each run in a store of its own."""
    return [runner(folder / str(n), data, **how).history(run) for n, run in enumerate(runs)]


def left(here: Runner, of: Run) -> list[int]:
    return [epoch_of(path) for path in trunks.left(here.store, of)]


def equal(ours: list[History], theirs: list[History]) -> bool:
    return list(map(curves, ours)) == list(map(curves, theirs))


def record(here: Runner, of: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((here.store.place(of) / "run.json").read_text())
    return found


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 1.0])
def test_a_trunk_has_the_same_rates_at_every_longer_budget(code: str, share: float) -> None:
    method = registry.methods()[code]
    assert not method.own_optimizer
    found = {"lr": 0.3, "warmup_epochs": 4, "cooldown_share": share}
    for short, long in combinations((1, 2, 3, 7, 10, 50, 51, 200), 2):
        trunk, longer = method.trunk(short, found), method.trunk(long, found)
        assert 0 <= trunk <= longer <= long
        ours, theirs = (learning_rates(method, found, n, 1)[:trunk] for n in (short, long))
        assert ours == theirs


def test_methods_with_a_cooldown_have_a_trunk() -> None:
    assert CODES == ["WSD", "WSD-linear", "WSD-cosine", "NC", "ISR"]


@pytest.mark.parametrize("code", CODES)
def test_runs_together_equal_separate_runs(
    code: str, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = several(data, code)
    plain = separately(tmp_path / "plain", data, runs)
    trained = count_epochs(monkeypatch)
    here = runner(tmp_path / "together", data)
    assert equal(here.histories(runs), plain)
    assert len(trained) == TOGETHER < sum(BUDGETS)
    assert left(here, runs[0]) == [16]  # for a longer budget


@pytest.mark.parametrize("model", ["Integral_MLP", "drawing"])
def test_other_models_too(
    model: str, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the paper's, and one with dropout, batch normalisation and augmentation."""
    torch.set_flush_denormal(True)
    problem = Normalised() if model == "drawing" else operator_problem(monkeypatch)
    runs, trained = several(data), count_epochs(monkeypatch)
    plain = []
    for number, this in enumerate(runs):
        alone = runner(tmp_path / str(number), data)
        alone._problem = (str(this.task), problem)
        plain.append(alone.history(this))
    assert len(trained) == sum(BUDGETS)
    here = runner(tmp_path / "together", data)
    here._problem = (str(runs[0].task), problem)
    assert equal(here.histories(runs), plain)
    assert len(trained) == sum(BUDGETS) + TOGETHER


def operator_problem(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Integral_MLP in float32 on a few made-up functions."""
    rng = np.random.default_rng(0)
    shapes = (rng.normal(size=(25, 20)), rng.normal(size=(25, 30)), np.linspace(0, 1, 30))
    data = tuple(values.astype(np.float32) for values in shapes)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    return build("Integral_MLP", train_bias=False, batch_size=8)


def test_weights_and_moments_are_those_of_a_separate_run(tmp_path: Path, data: Path) -> None:
    """Not only what the curves show: the whole state, after the trunk and one more epoch."""
    long, short = several(data, budgets=(20, 10))
    here = runner(tmp_path / "together", data)
    here.train_ahead([long, short])
    here.history(long)
    alone = runner(tmp_path / "alone", data)
    sessions = [here._open(short), alone._open(short)]
    assert [session.history.epochs for session in sessions] == [8, 0]
    for session in sessions:
        while session.history.epochs < 9:
            session.add(session.trainer.train_epoch(), 0.0)
    ours, theirs = (session.trainer.state_dict() for session in sessions)
    assert ours["scheduler"] == theirs["scheduler"]
    assert ours["optimizer"]["param_groups"] == theirs["optimizer"]["param_groups"]
    for name in ("order", "augmentation", "layers"):
        assert torch.equal(ours[name], theirs[name])
    assert all(torch.equal(ours["model"][name], theirs["model"][name]) for name in ours["model"])
    for number, moments in ours["optimizer"]["state"].items():
        for name, value in moments.items():
            assert torch.equal(value, theirs["optimizer"]["state"][number][name])


def test_the_record_says_who_has_trained_the_trunk(tmp_path: Path, data: Path) -> None:
    runs = several(data)
    here = runner(tmp_path, data)
    here.histories(runs)
    assert "trunk" not in record(here, runs[0])["provenance"]
    for this, epochs in zip(runs[1:], TRUNKS[1:], strict=True):
        assert record(here, this)["provenance"]["trunk"] == {"run": runs[0].key, "epochs": epochs}


def test_a_longer_budget_begins_where_a_shorter_ones_trunk_ended(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = several(data)
    plain = separately(tmp_path / "plain", data, runs)
    here, trained = runner(tmp_path / "here", data), count_epochs(monkeypatch)
    assert equal(here.histories(runs[2:]), plain[2:])
    assert len(trained) == 10 + 1
    assert equal(here.histories(runs), plain)
    assert len(trained) == 10 + 1 + (20 - 8) + 3
    assert record(here, runs[0])["provenance"]["trunk"] == {"run": runs[2].key, "epochs": 8}
    assert left(here, runs[0]) == [16]


@pytest.mark.parametrize("harm", ["damaged", "missing", "other rates"])
def test_without_its_checkpoint_a_trunk_is_trained_again(
    tmp_path: Path, data: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    long, short = several(data, budgets=(20, 10))
    (plain,) = separately(tmp_path / "plain", data, [short])
    here = runner(tmp_path / "here", data)
    here.train_ahead([long, short])
    here.history(long)
    assert left(here, short) == [16, 8]
    (path,) = [path for path in trunks.left(here.store, short) if epoch_of(path) == 8]
    if harm == "damaged":
        path.write_bytes(path.read_bytes()[:-1])
    elif harm == "missing":
        path.unlink()
    else:  # as another version of torch might round
        from epochbudget.training.store import load_checkpoint, write_checkpoint

        history, state = load_checkpoint(path)
        history.columns["lr"][3] *= 1 + 1e-15
        path.unlink()
        write_checkpoint(path.parent, history, state)
    assert curves(here.history(short)) == curves(plain)
    assert "trunk" not in record(here, short)["provenance"]
    assert ("is damaged" in caplog.text) == (harm == "damaged")
    assert ("has other rates" in caplog.text) == (harm == "other rates")


def test_a_study_keeps_the_trunk_of_its_best_trial_alone(tmp_path: Path, data: Path) -> None:
    from epochbudget.comparison import one_run, read_best
    from epochbudget.files import file_digest
    from epochbudget.studies import StudyJob

    e = experiment(methods=["NC"], budgets=[5, 10], study={"trials": 3, "epochs": 5, "seeds": [1]})
    pair = e.pair("OSC_LSTM", "NC")
    here = runner(tmp_path, data)
    StudyJob(e.study_spec(pair), file_digest(data), here).run(tmp_path / "study")
    found = read_best(tmp_path / "study" / "best.json")["hyperparameters"]
    best = one_run(e.comparison_spec(pair), found, 5, 1, file_digest(data))
    assert [path.parent.name for path in tmp_path.glob("store/*/checkpoint-*")] == [best.trunk_key]
    assert left(here, best) == [4]
    longer = replace(best, budget=10)
    here.history(longer)
    assert record(here, longer)["provenance"]["trunk"] == {"run": best.key, "epochs": 4}


@pytest.mark.slow
def test_workers_share_trunks_too(tmp_path: Path, data: Path) -> None:
    """Runs that wait for a trunk let those of another seed go first."""
    runs = [replace(this, seed=seed) for this in several(data) for seed in (1, 2)]
    plain = runner(tmp_path / "plain", data).histories(runs)
    here = runner(tmp_path / "side", data, workers=2)
    assert equal(here.histories(runs), plain)
    for this in runs:
        longest = replace(this, budget=20)
        origin = record(here, this)["provenance"].get("trunk", {"run": this.key})
        assert origin["run"] == longest.key


def test_a_run_waits_only_for_who_will_leave_its_trunk(tmp_path: Path, data: Path) -> None:
    here = runner(tmp_path, data)
    long, short = several(data, budgets=(20, 10))
    other = replace(long, seed=2)
    assert trunks.wait(here.store, short, [other, long])
    assert not trunks.wait(here.store, short, [other])
    assert not trunks.wait(here.store, long, [short])
    here.train_ahead([long, short])
    here.history(long)
    assert not trunks.wait(here.store, short, [long])


@pytest.mark.parametrize(
    ("number", "workers"),
    [
        pytest.param(signal.SIGKILL, 1, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 1, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 2, marks=pytest.mark.slow),
    ],
)
def test_a_killed_comparison_ends_as_separate_runs(
    tmp_path: Path, data: Path, number: signal.Signals, workers: int
) -> None:
    e = experiment(mode="compare", methods=["WSD"], budgets=[5, 10, 15, 20], seeds=[1, 2])
    pair = e.pair("OSC_LSTM", "WSD")
    job = command("compare", json.dumps(e.comparison_spec(pair)), "--data", str(data))
    job += ["--out", "out.parquet", "--log", "log"]
    assert killed_until_done(job, tmp_path, number, checkpoint_seconds=0.01, workers=workers)
    from epochbudget.comparison import one_run
    from epochbudget.files import file_digest
    from epochbudget.training.store import Store

    store = Store(tmp_path / "results/store")
    given = e.comparison_spec(pair)["given"]
    for seed in (1, 2):
        for budget in (5, 20):
            this = one_run(e.comparison_spec(pair), given, budget, seed, file_digest(data))
            alone = runner(tmp_path / f"alone {budget} {seed}", data).history(this)
            found = store.read(this)
            assert {name: found.columns[name] for name in CURVES} == curves(alone)
