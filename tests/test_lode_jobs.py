"""LODE's jobs, on small runs, and what they leave in the store."""

import csv
import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from epochbudget.comparison import compare, one_run, read_best
from epochbudget.errors import UserError
from epochbudget.files import file_digest, write_json
from epochbudget.lode.learn import learn, trajectories
from epochbudget.lode.table import read, write
from epochbudget.plan import _digest, plan
from epochbudget.raw_runs import notes, read_all
from epochbudget.registry import metrics
from epochbudget.status import states
from epochbudget.training.runner import Runner
from epochbudget.training.store import Store
from lode_jobs import BUDGET, CODES, LODE, priors, with_lode
from small_runs import command, killed_until_done, make_data, runner

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every job has ended."""
    folder = tmp_path_factory.mktemp("whole")
    e, here = with_lode(), runner(folder / "results", data)
    observed = priors(e, here, folder)
    for pair in e.pairs:
        learnt = folder / e.path("lode", label=pair.label, code=pair.code)
        learn(e.lode_spec(pair), observed, learnt)
        out = folder / e.path("runs", label=pair.label, code=pair.code)
        out.parent.mkdir(parents=True, exist_ok=True)
        compare(e.comparison_spec(pair), learnt, file_digest(data), here, out)
    return folder


def paths(folder: Path, kind: str) -> dict[str, Path]:
    e = with_lode()
    return {p.code: folder / e.path(kind, label=p.label, code=p.code) for p in e.pairs}


def test_earlier_runs_are_observed_ten_times_an_epoch(whole: Path) -> None:
    files = sorted((whole / "results/demo/lode/OSC_LSTM/prior").glob("*.json"))
    assert [file.stem for file in files] == ["C", "N"]
    for file in files:
        found = json.loads(file.read_text())
        assert found["budget"] == BUDGET
        assert found["diverged"] == {"runs": 0, "epochs": 0, "seconds": 0}
        assert len(found["runs"]) == 4
        for run in found["runs"]:
            assert len(run["observations"]["loss"]) == len(run["observations"]["lr"]) == 10 * BUDGET
            assert len(run["val_loss"]) == BUDGET
            assert run["accuracy"] is None
        assert trajectories(found["runs"])[0].shape == (100, 3)


def test_an_observed_run_is_not_trained_again(
    whole: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    e, here = with_lode(), runner(whole / "results", data)
    monkeypatch.setattr(Runner, "_open", lambda *_: pytest.fail("trained again"))
    again = priors(e, here, whole)
    assert len(again) == 2


def test_every_method_begins_with_the_best_earlier_schedule(whole: Path) -> None:
    learnt = {code: read_best(path) for code, path in paths(whole, "lode").items()}
    (base,) = {found["hyperparameters"]["base"] for found in learnt.values()}
    digests = [found["hyperparameters"].get("dynamics") for found in learnt.values()]
    assert len(set(digests)) == 4
    assert digests[-1] is None
    assert all(found["prior"]["runs"] == 8 for found in learnt.values())
    assert len(learnt["LODE"]["losses"]) == 3
    e = with_lode()
    spec = e.comparison_spec(e.pair("OSC_LSTM", "LODE-prior"))
    run = one_run(spec, learnt["LODE-prior"]["hyperparameters"], BUDGET, 1, "data")
    assert run.method == base  # under its own key, so that nothing is trained twice
    assert "base" not in run.hyperparameters


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_runs_are_steered_as_if_nothing_had_happened(
    whole: Path, data: Path, tmp_path: Path, number: signal.Signals
) -> None:
    e = with_lode()
    spec = json.dumps(e.comparison_spec(e.pair("OSC_LSTM", "LODE")))
    job = command("compare", spec, "--best", str(paths(whole, "lode")["LODE"]), "--data", str(data))
    job += ["--out", "out.parquet", "--log", "log"]
    killed_until_done(job, tmp_path, number, checkpoint_seconds=0.01)
    records = [json.loads(file.read_text()) for file in tmp_path.glob("results/store/*/run.json")]
    assert sum(record["provenance"]["resumed"] for record in records) > 0
    there = paths(whole, "runs")["LODE"]
    assert notes(tmp_path / "out.parquet", BUDGET) == notes(there, BUDGET)
    found, expected = (
        read(shutil.copy(path, tmp_path / there.name)) for path in (tmp_path / "out.parquet", there)
    )
    assert replace(found, seconds={}) == replace(expected, seconds={})


def test_comparisons_carry_what_was_noted(whole: Path) -> None:
    for code, path in paths(whole, "runs").items():
        noted = notes(path, BUDGET)
        assert list(noted) == [3, 4]
        assert all(abs(note["flatness"]) > 0 for note in noted.values())
        if code != "LODE-prior":
            for note in noted.values():
                assert [refresh[0] for refresh in note["refreshes"]] == [4, 8]
                assert len(note["observations"]["lr"]) == 10 * BUDGET


def test_flatness_is_a_metric_of_any_method_if_it_is_asked(whole: Path) -> None:
    runs = paths(whole, "runs")["LODE-prior"]
    rows = metrics()["flatness"].compute(read_all([runs], ["loss"]))
    noted = {seed: note["flatness"] for seed, note in notes(runs, BUDGET).items()}
    assert {row["seed"]: row["value"] for row in rows if "seed" in row} == noted
    (mean,) = [row["value"] for row in rows if "seed" not in row]
    assert mean == pytest.approx(sum(noted.values()) / 2)
    table = "results/demo/metrics/flatness.csv"
    assert table in with_lode().results
    assert table not in with_lode(flatness=False).results


def test_the_table_holds_paired_verdicts_and_costs(whole: Path, tmp_path: Path) -> None:
    runs, learnt = paths(whole, "runs"), paths(whole, "lode")
    write(list(runs.values()), list(learnt.values()), tmp_path / "table.csv")
    with (tmp_path / "table.csv").open() as stream:
        rows = {row["method"]: row for row in csv.DictReader(stream)}
    assert list(rows) == CODES
    ours, base = read(runs["LODE"]), read(runs["LODE-prior"])
    wins = sum(ours.score[seed] > base.score[seed] for seed in (3, 4))
    row = rows["LODE-prior"]
    assert (row["seeds_lode_better"], row["verdict"]) == (str(wins), "incomparable")  # 2 seeds
    mean = sum(ours.score[seed] - base.score[seed] for seed in (3, 4)) / 2
    assert float(row["lode_minus_this"]) == pytest.approx(mean)
    assert rows["LODE"]["verdict"] == ""
    assert float(row["relative_seconds"]) == 1.0
    cost = {code: json.loads(path.read_text()) for code, path in learnt.items()}
    spent = cost["LODE"]["prior"]["seconds"] + cost["LODE"]["seconds"]
    own, plain = (sum(found.seconds.values()) / 2 for found in (ours, base))
    with_prior = float(rows["LODE"]["relative_seconds_with_prior"])
    assert with_prior == pytest.approx((own + spent / 2) / plain)
    assert float(rows["LODE"]["refreshes"]) == 2


def test_a_run_steered_by_another_latent_ode_is_refused(whole: Path, data: Path) -> None:
    learnt = paths(whole, "lode")
    wrong = {
        **read_best(learnt["LODE"]),
        "dynamics": read_best(learnt["LODE-shuffled"])["dynamics"],
    }
    path = whole / "wrong.json"
    write_json(path, wrong)
    e = with_lode(seeds=[5])
    spec = e.comparison_spec(e.pair("OSC_LSTM", "LODE"))
    with pytest.raises(UserError, match=r"not the one that the run was planned with\. Hint: "):
        compare(spec, path, file_digest(data), runner(whole / "other", data), whole / "x.parquet")


def test_plan_and_status_know_earlier_runs(
    whole: Path, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    e = with_lode()
    monkeypatch.chdir(tmp_path)
    before = plan(e, Store(Path("results/store")))
    assert [work.runs for work in before.values()] == [10, 2, 2, 2]
    assert [work.left for work in before.values()] == [100, 20, 20, 20]
    found = states(e, Store(Path("results/store")))
    assert {state.note for state in found} == {"LODE has not learnt yet"}
    monkeypatch.chdir(whole)
    file = Path(e.path("data", dataset="oscillator"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data.read_bytes())
    _digest.cache_clear()  # as in another process
    after = plan(e, Store(Path("results/store")))
    assert [work.left for work in after.values()] == [0, 0, 0, 0]
    assert {state.state for state in states(e, Store(Path("results/store")))} == {"done"}
    for change in ({"steps": 4}, {"lr_factors": [0.5, 2.0]}):
        changed = states(with_lode(lode={**LODE, **change}), Store(Path("results/store")))
        assert "LODE has not learnt yet" in {state.note for state in changed}
