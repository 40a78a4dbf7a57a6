"""The learning-rate range test: its rule on known losses, its run, its files."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_runs
from epochbudget import cli
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.lr_range.spec import range_code, range_spec
from epochbudget.lr_range.steps import measure
from epochbudget.lr_range.suggestion import Suggestion, smoothed, suggest
from epochbudget.training.loop import Trainer
from epochbudget.training.run import method_with
from test_training import Regression
from workflow import Checkout


def rising(low: float, high: float, steps: int) -> list[float]:
    return [float(rate) for rate in np.geomspace(low, high, steps)]


@pytest.mark.parametrize("curvature", [0.1, 2.0, 50.0])
@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_quadratic_is_trained_below_its_limit(curvature: float, noise: float) -> None:
    """Gradient descent on a quadratic falls below the rate 2 / curvature and diverges above."""
    limit = 2 / curvature
    rates = rising(1e-4 * limit, 100 * limit, 300)
    random = np.random.default_rng(5)
    x, losses = 1.0, []
    for rate in rates:
        losses.append((curvature / 2 * x**2 + 1e-3) * math.exp(noise * random.normal()))
        x = float(np.clip(x - rate * curvature * x, -1e100, 1e100))
    found = suggest(rates, losses)
    assert found.low is not None
    assert found.high is not None
    assert found.diverges is not None
    assert 1e-3 * limit < found.low < found.high < limit < found.diverges


def test_a_run_that_breaks_down_ends_there() -> None:
    rates = rising(1e-3, 1, 40)
    losses = [1.0] * 10 + [1.0 / 2**n for n in range(10)] + [math.nan] * 20
    found = suggest(rates, losses)
    assert found.diverges == rates[20]
    assert found.high is not None
    assert found.high < rates[20]
    assert len(smoothed(losses)) == 20


def test_a_loss_that_does_not_fall_suggests_nothing() -> None:
    rates = rising(1e-3, 1, 40)
    assert suggest(rates, [2.0] * 40) == Suggestion(None, None, rates[0], None)
    assert smoothed([2.0] * 40) == pytest.approx([2.0] * 40, rel=1e-12)


@given(st.lists(st.floats(0, 1e6) | st.just(math.inf), min_size=20, max_size=60))
def test_the_interval_lies_below_the_minimum_and_divergence(losses: list[float]) -> None:
    losses = [1.0, *losses]
    rates = rising(1e-4, 1, len(losses))
    found = suggest(rates, losses)
    assert found.diverges is None or found.minimum < found.diverges
    if found.low is not None:
        assert found.high is not None
        assert found.low <= found.high <= found.minimum


def test_a_test_is_a_run_whose_rate_rises() -> None:
    problem = Regression()  # 7 steps an epoch
    steps = measure(problem, "AdamW", 1e-3, 1.0, 3, seed=89)
    rates, _ = zip(*steps, strict=True)
    assert rates == pytest.approx(rising(1e-3, 1.0, 21), rel=1e-12)


@pytest.mark.parametrize("optimizer", ["AdamW", "Adam", "SGD"])
def test_at_one_rate_it_is_an_ordinary_run(optimizer: str) -> None:
    problem = Regression()
    given_sgd = {"momentum": 0.9, "weight_decay": 1e-4, "nesterov": False}
    sgd = given_sgd if optimizer == "SGD" else {}
    constant = measure(problem, optimizer, 0.05, 0.05, 3, seed=89, sgd=sgd)
    method = method_with("N", optimizer)
    plain = Trainer(problem, method, optimizer, {"lr": 0.05, **sgd}, 3, seed=89)
    for epoch in range(3):
        losses = [loss for _, loss in constant[7 * epoch : 7 * epoch + 7]]
        assert sum(losses) / 7 == pytest.approx(plain.train_epoch().train_loss, rel=1e-12)


def test_its_usual_length_is_a_hundred_steps_or_three_epochs() -> None:
    assert len(measure(Regression(), "AdamW", 1e-3, 1.0, None, seed=1)) == 15 * 7
    assert len(measure(Regression(400), "AdamW", 1e-3, 1.0, None, seed=1)) == 3 * 50
    with pytest.raises(UserError, match=r"found 14 steps in 2 epochs, .*an epoch has 7"):
        measure(Regression(), "AdamW", 1e-3, 1.0, 2, seed=1)


def lr_range(*words: str) -> None:
    cli.main(["lr-range", *words])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with small integral data and a configuration."""
    monkeypatch.chdir(tmp_path)
    settings = '{"fields": 60}'
    small_runs.epochbudget(
        "data", "integral", settings, "--out", "results/t/data/integral.parquet", cwd=tmp_path
    )
    (tmp_path / "c.yaml").write_text(
        "run: t\nmodels: [Integral_MLP]\nstudy: {lr: {low: 1.0e-4, high: 10, log: true}}\n"
        "data: {integral: {fields: 60}}\ntasks: {Integral_MLP: {hidden: 16, batch_size: 10}}\n"
    )
    return tmp_path


def test_the_command_writes_steps_suggestion_and_figure(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lr_range("--model", "Integral_MLP", "--configfile", "c.yaml", "--seed", "3")
    table = folder / "results/t/lr_range/Integral_MLP.csv"
    said = capsys.readouterr().out
    rows = list(csv.DictReader(table.open()))
    told = json.loads(table.with_suffix(".json").read_text())
    found = told["suggestion"]
    assert len(rows) >= 20
    assert float(rows[0]["lr"]) == pytest.approx(1e-4)
    assert told["seed"] == 3
    assert found["low"] < found["high"] < found["diverges"] < 10
    assert f"lr from {found['low']:.2g} to {found['high']:.2g}" in said
    pictures = [folder / f"figures/t/lr_range_Integral_MLP.{form}" for form in ("png", "pdf")]
    written = [table, table.with_suffix(".json"), *pictures]
    before = [path.read_bytes() for path in written]
    lr_range("--model", "Integral_MLP", "--configfile", "c.yaml", "--seed", "3")
    assert [path.read_bytes() for path in written] == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "OSC_LSTM"], "--model is 'OSC_LSTM', allowed are Integral_MLP"),
        (["--low", "1", "--high", "0.1"], "the rates go from 1 to 0.1"),
        (["--low", "0"], "--low is 0"),
        (["--epochs", "1.5"], "--epochs is 1.5"),
        (["--epochs", "1"], "allowed are at least 20 steps"),
        (["--data", "nowhere.parquet"], "nowhere.parquet: there is no such data file"),
    ],
)
def test_mistakes_are_one_message(folder: Path, words: list[str], said: str) -> None:
    model = [] if "--model" in words else ["--model", "Integral_MLP"]
    with pytest.raises(SystemExit) as end:
        lr_range(*model, "--configfile", "c.yaml", *words)
    assert said in str(end.value)
    assert "Hint: " in str(end.value)
    assert not (folder / "results/t/lr_range").exists()


def test_it_depends_on_what_it_uses() -> None:
    def spec(**changes: Any) -> tuple[Any, str]:
        experiment: Experiment = small_runs.experiment(**changes)
        return range_spec(experiment, "OSC_LSTM"), range_code(experiment, "OSC_LSTM")

    assert spec(budgets=[4], methods=["C"]) == spec()
    assert spec(seeds=[9])[0] != spec()[0]
    assert spec(study={"lr": {"low": 1e-3, "high": 1, "log": True}})[0] != spec()[0]


@pytest.mark.slow
def test_the_rule_tests_every_model(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    checkout.snakemake("lr_range", "--configfile", "tests/config/tiny.yaml")
    assert (checkout.folder / "figures/tiny/lr_range_OSC_LSTM.png").stat().st_size > 10_000
    assert json.loads(checkout.read("results/tiny/lr_range/OSC_LSTM.json"))["suggestion"]
    assert checkout.plan("lr_range", "--configfile", "tests/config/tiny.yaml") == set()
