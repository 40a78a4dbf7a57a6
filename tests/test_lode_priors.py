"""The runs that LODE learns from: what is observed of them, their cost, and the best of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from epochbudget.comparison import compare, planned, read_best
from epochbudget.errors import UserError
from epochbudget.files import file_digest, write_json
from epochbudget.lode.learn import best_schedule, learn, score, shuffled
from epochbudget.lode.prior import collect
from epochbudget.lode.table import read
from epochbudget.plan import _digest, plan
from lode_jobs import BUDGET, priors, with_lode
from small_runs import make_data, runner

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def test_a_run_that_ended_unobserved_is_trained_again_to_the_same_curve(
    data: Path, tmp_path: Path
) -> None:
    e, here = with_lode(), runner(tmp_path, data)
    run = planned(e.prior_spec(e.priors("OSC_LSTM")[0]), file_digest(data))[0]
    plain = here.history(run)
    assert here.store.noted(run) == {}
    observed = replace(here, observe=True, _trained=set()).history(run)
    assert observed.columns["val_loss"] == plain.columns["val_loss"]
    assert set(here.store.noted(run)) == {"observations", "epochs"}
    replace(here, flatness=True, _trained=set()).history(run)
    assert set(here.store.noted(run)) == {"observations", "flatness", "epochs"}


def test_observing_loses_no_epoch_of_a_run_that_went_further(data: Path, tmp_path: Path) -> None:
    """Budget-free runs of two budgets are one; the shorter one is observed."""
    e, here = with_lode(), runner(tmp_path, data)
    pair = e.priors("OSC_LSTM")[1]
    spec = e.prior_spec(pair)
    longer = planned({**spec, "budget": BUDGET + 2}, file_digest(data))[0]
    plain = here.history(longer)
    out = tmp_path / "N.json"
    fresh = replace(here, _trained=set())
    one = {**spec, "lr_factors": spec["lr_factors"][:1], "seeds": spec["seeds"][:1]}
    collect(one, file_digest(data), fresh, out)
    assert here.store.read(longer).columns["val_loss"] == plain.columns["val_loss"]
    (found,) = json.loads(out.read_text())["runs"]
    assert len(found["observations"]["loss"]) == 10 * BUDGET
    assert found["val_loss"] == plain.columns["val_loss"][:BUDGET]
    assert len(here.store.noted(longer)["observations"]["loss"]) == 10 * (BUDGET + 2)


def test_what_was_observed_of_a_run_that_went_on_unobserved_is_not_taken(
    data: Path, tmp_path: Path
) -> None:
    e, here = with_lode(), runner(tmp_path, data)
    spec = e.prior_spec(e.priors("OSC_LSTM")[1])
    one = {**spec, "lr_factors": spec["lr_factors"][:1], "seeds": spec["seeds"][:1]}
    collect(one, file_digest(data), here, tmp_path / "first.json")
    replace(here, _trained=set()).history(
        planned({**one, "budget": 2 * BUDGET}, file_digest(data))[0]
    )
    collect(one, file_digest(data), replace(here, _trained=set()), tmp_path / "again.json")
    files = [tmp_path / "first.json", tmp_path / "again.json"]
    first, again = (json.loads(file.read_text())["runs"][0] for file in files)
    assert again["observations"] == first["observations"]
    assert len(again["observations"]["loss"]) == 10 * BUDGET


def test_the_best_earlier_schedule_has_the_best_mean_of_all_seeds() -> None:
    def run(method: str, lr: float, loss: float) -> dict[str, Any]:
        given = {"lr": lr}
        return {"method": method, "hyperparameters": given, "val_loss": [loss], "accuracy": None}

    runs = [run("C", 0.1, 0.5), run("C", 0.1, 0.4), run("N", 0.1, 0.1), run("S", 0.2, 0.3)]
    runs.append(run("S", 0.2, 0.35))
    # N diverged with one seed.
    assert best_schedule(runs, 2, [Path("x")]) == {"lr": 0.2, "base": "S"}
    assert score({"val_loss": [0.5], "accuracy": [0.25]}) == 0.25
    with pytest.raises(UserError, match=r"diverged.*Hint: lower lode\.lr_factors"):
        best_schedule(runs[2:3], 2, [Path("prior/C.json")])


def test_shuffled_runs_have_each_others_scores() -> None:
    observed = [torch.full((4, 3), float(n)) for n in range(6)]
    mixed = shuffled(observed, seed=1)
    assert [run[0, :2].tolist() for run in mixed] == [[float(n)] * 2 for n in range(6)]
    givers = [int(run[0, 2]) for run in mixed]
    assert sorted(givers) == list(range(6))
    assert all(giver != own for own, giver in enumerate(givers))


def test_a_base_that_needs_no_budget_is_planned_as_one_run(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    e = with_lode(methods=["LODE-prior"], budgets=[BUDGET // 2, BUDGET])
    monkeypatch.chdir(tmp_path)
    file = Path(e.path("data", dataset="oscillator"))
    file.parent.mkdir(parents=True)
    file.write_bytes(data.read_bytes())
    _digest.cache_clear()
    (pair,), here = e.pairs, runner(Path("results"), data)
    learnt, out = (Path(e.path(n, label=pair.label, code=pair.code)) for n in ("lode", "runs"))
    learn(e.lode_spec(pair), priors(e, here, tmp_path), learnt)
    chosen = {"lr": 1e-3, "base": "N"}
    write_json(learnt, json.loads(learnt.read_text()) | {"hyperparameters": chosen})
    assert [work.left for work in plan(e, here.store).values()] == [2 * BUDGET]
    out.parent.mkdir(parents=True)
    compare(e.comparison_spec(pair), learnt, file_digest(data), here, out)
    assert [work.left for work in plan(e, here.store).values()] == [0]


def test_runs_that_diverged_count_with_what_they_cost(data: Path, tmp_path: Path) -> None:
    e, here = with_lode(), runner(tmp_path, data)
    spec = e.prior_spec(e.priors("OSC_LSTM")[0])
    observed = tmp_path / "C.json"
    collect({**spec, "lr_factors": [1.0, 1e30]}, file_digest(data), here, observed)
    found = json.loads(observed.read_text())
    assert (len(found["runs"]), found["diverged"]["runs"]) == (2, 2)
    found["diverged"] |= {"epochs": 7, "seconds": 1000.0}
    write_json(observed, found)
    learn(e.lode_spec(e.pair("OSC_LSTM", "LODE-prior")), [observed], tmp_path / "learnt.json")
    cost = read_best(tmp_path / "learnt.json")["prior"]
    assert (cost["runs"], cost["epochs"]) == (4, 2 * BUDGET + 7)
    assert cost["seconds"] > 1000


def test_a_method_of_which_no_run_ended_has_no_values(data: Path, tmp_path: Path) -> None:
    e, here = with_lode(), runner(tmp_path, data)
    spec = e.comparison_spec(e.pair("OSC_LSTM", "LODE-prior"))
    found, out = tmp_path / "found.json", tmp_path / "Result_OSC_LSTM-LODE-prior.parquet"
    chosen = {"lr": 1e30, "infimum_lr": 1e-6, "base": "C"}
    write_json(found, {"hyperparameters": chosen, "dynamics": None})
    compare(spec, found, file_digest(data), here, out)
    runs = read(out)
    assert (runs.budget, runs.score, runs.seconds) == (BUDGET, {}, {})
