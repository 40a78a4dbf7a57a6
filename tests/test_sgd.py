"""SGD with momentum and weight decay: its steps, its hyperparameters, and what it leaves alone."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import small_runs
from epochbudget.config.load import load
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.studies import StudyJob
from epochbudget.training import sgd
from epochbudget.training.loop import Trainer
from epochbudget.training.run import Run, method_with
from task_samples import build, write_images
from test_training import Regression

LABEL = "OSC_LSTM_SGD"
FOUND = {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4, "nesterov": False}


class DoubleRegression(Regression):
    """Without dropout and noise, in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.x, self.y = self.x.double(), self.y.double()

    def model(self) -> nn.Module:
        return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).double()

    def train_loss(self, model: Any, *batch: Tensor) -> Tensor:
        return nn.functional.mse_loss(model(self.x[batch[0]]), self.y[batch[0]])


def trainer(code: str = "N", budget: int = 5, **found: Any) -> Trainer:
    hyperparameters = {"infimum_lr": 1e-6, **FOUND, **found}
    return Trainer(DoubleRegression(), method_with(code, "SGD"), "SGD", hyperparameters, budget, 1)


@pytest.mark.parametrize("nesterov", [False, True])
def test_twenty_steps_by_hand(nesterov: bool) -> None:
    """v <- m v + (g + d w); w <- w - lr v, or by Nesterov w - lr (g + d w + m v)."""
    run, plain = trainer(nesterov=nesterov), trainer(nesterov=nesterov)
    weights = list(plain.model.parameters())
    velocity: list[Tensor | None] = [None] * len(weights)
    batches = plain.problem.batch_size
    steps = 0
    while steps < 20:
        run.train_epoch()
        for (index,) in zip(torch.split(plain.epoch()[0], batches), strict=True):
            loss = plain.problem.train_loss(plain.model, index)
            gradients = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for number, (weight, gradient) in enumerate(zip(weights, gradients, strict=True)):
                    decayed = gradient + 5e-4 * weight
                    before = velocity[number]
                    after = decayed if before is None else 0.9 * before + decayed
                    velocity[number] = after
                    weight -= 0.1 * (decayed + 0.9 * after if nesterov else after)
            steps += 1
    for ours, theirs in zip(run.model.parameters(), weights, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("code", "range_"), [("OC", (0.85, 0.95)), ("CY", (0.8, 0.9))])
def test_cyclic_schedules_cycle_its_momentum(code: str, range_: tuple[float, float]) -> None:
    run = trainer(code, budget=4)
    seen = []
    for _ in range(4):
        seen.append(run.optimizer.param_groups[0]["momentum"])
        run.train_epoch()
    assert min(seen) >= range_[0] - 1e-12
    assert max(seen) == pytest.approx(range_[1])
    assert len(set(seen)) > 1


@pytest.mark.parametrize("code", ["C", "OC", "EH-legacy"])
def test_resumed_equals_uninterrupted(code: str) -> None:
    given = {"upper_bound": 10} if code == "EH-legacy" else {}
    whole, first, second = (trainer(code, **given) for _ in range(3))
    expected = [whole.train_epoch() for _ in range(5)]
    results = [first.train_epoch() for _ in range(2)]
    second.load_state_dict(first.state_dict())
    assert results + [second.train_epoch() for _ in range(3)] == expected


def test_convolutions_with_the_channels_innermost_train_as_others(tmp_path: Path) -> None:
    """The fused step walks through memory, so weights, gradients and velocity need one layout."""
    problem = build("CIFAR10_ResNet20", write_images(tmp_path / "images.npz"), batch_size=8)
    ours, plain = (Trainer(problem, method_with("N", "SGD"), "SGD", FOUND, 2, 1) for _ in range(2))
    weights = list(plain.model.parameters())
    plain.optimizer = torch.optim.SGD(weights, 0.1, 0.9, weight_decay=5e-4, foreach=False)
    for mine, theirs in zip(ours.model.parameters(), weights, strict=True):
        assert mine.stride() == theirs.stride()
    assert not weights[0].is_contiguous()
    results, expected = ours.train_epoch(), plain.train_epoch()
    assert results.train_loss == pytest.approx(expected.train_loss, rel=1e-4)
    for mine, theirs in zip(ours.model.parameters(), weights, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-2, atol=1e-3)


def experiment(**changes: Any) -> Experiment:
    values = {"optimizers": ["AdamW", "SGD"], "methods": ["N", "C", "Prodigy"], **changes}
    return small_runs.experiment(**values)


def run_of(e: Experiment, label: str, code: str = "C") -> Run:
    spec = e.comparison_spec(e.pair(label, code))
    found = {"lr": 0.1, **spec["given"]}
    return Run(spec["task"], code, spec.get("optimizer"), found, budget=3, seed=1, data="")


def test_its_settings_are_hyperparameters_of_its_runs_alone() -> None:
    e = experiment(mode="compare", sgd={"momentum": 0.5}, hyperparameters={"C": {"nesterov": True}})
    assert e.labels == ("OSC_LSTM", LABEL)
    assert {p.code for p in e.pairs if p.label == LABEL} == {"N", "C"}
    ours = e.comparison_spec(e.pair(LABEL, "C"))
    assert ours["given"] == {"lr": 0.01, "momentum": 0.5, "weight_decay": 5e-4, "nesterov": True}
    assert e.comparison_spec(e.pair("OSC_LSTM", "C"))["given"] == {"lr": 0.01}
    assert ours["optimizer"] == "SGD"
    assert run_of(e, LABEL).identity()["hyperparameters"]["momentum"] == 0.5


def test_the_key_knows_its_code_and_its_settings() -> None:
    keys = [
        run_of(experiment(mode="compare", sgd=given), label).key
        for given in ({}, {"weight_decay": 0.1})
        for label in ("OSC_LSTM", LABEL)
    ]
    assert keys[0] == keys[2]
    assert len(set(keys)) == 3
    identity = run_of(experiment(), LABEL).identity()
    assert identity["code"] != run_of(experiment(), "OSC_LSTM").identity()["code"]
    assert method_with("Prodigy", "SGD") is method_with("Prodigy", "AdamW")


def test_lockstep_leaves_it_out(tmp_path: Path) -> None:
    e = experiment()
    runner = small_runs.runner(tmp_path, small_runs.make_data(tmp_path), lockstep={"OSC_LSTM": 9})
    adam, ours = (run_of(e, label) for label in ("OSC_LSTM", LABEL))
    assert runner._lockstep_groups([adam, ours, adam, ours]) == [[adam, adam]]


def test_a_study_searches_momentum_and_weight_decay(tmp_path: Path) -> None:
    ranges = {"momentum": {"low": 0.8, "high": 0.9}, "weight_decay": {"low": 1e-5, "high": 1e-3}}
    e = experiment(study={"trials": 3, "epochs": 2, "seeds": [1], "search": {"C": ranges}})
    data = small_runs.make_data(tmp_path)
    spec = e.study_spec(e.pair(LABEL, "C"))
    job = StudyJob(spec, "data", small_runs.runner(tmp_path, data))
    assert [p.name for p in job.space] == ["lr", "infimum_lr", "momentum", "weight_decay"]
    job.run(tmp_path / "study")
    found = json.loads((tmp_path / "study" / "best.json").read_text())["hyperparameters"]
    assert 0.8 <= found["momentum"] <= 0.9
    assert found["nesterov"] is False
    assert set(e.study_spec(e.pair("OSC_LSTM", "C"))["ranges"]) == {"lr"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sgd": {"momentum": 1}}, "sgd.momentum: found 1"),
        ({"sgd": {"momentum": 0, "nesterov": True}}, "sgd.nesterov: found true with a momentum"),
        ({"hyperparameters": {"C": {"weight_decay": -1}}}, "weight_decay is -1"),
        ({"study": {"search": {"C": {"nesterov": {"low": 0, "high": 1}}}}}, "nesterov.low is 0"),
        ({"optimizers": ["Adam"], "hyperparameters": {"C": {"momentum": 0.8}}}, "found 'momentum'"),
    ],
)
def test_mistakes_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        load({"models": ["OSC_LSTM"], "optimizers": ["SGD"], "methods": ["C"], **changes})


def test_the_builder_is_torchs() -> None:
    weight = nn.Parameter(torch.zeros(1))
    (group,) = sgd.optimizer([weight], FOUND).param_groups
    assert {name: group[name] for name in FOUND} == FOUND
    assert group["dampening"] == 0
