"""Schedules composed in the configuration: as torch's, refused, stored, resumed and drawn."""

import argparse
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

import small_runs
from epochbudget import plugins, registry, schedule_command
from epochbudget.config.load import load
from epochbudget.errors import UserError
from epochbudget.methods.base import Method
from epochbudget.schedules.rates import learning_rates
from epochbudget.training.loop import Trainer
from epochbudget.training.run import run_code
from test_training import Regression

WARM = {"method": "LW", "warmup_epochs": 5}
FALL = {"method": "E", "gamma": 0.9}
COSINE = {"method": "C", "infimum_lr": 1e-5}
CYCLE = {"method": "CY", "step_size_up": 4, "infimum_lr": 1e-4}


@pytest.fixture(autouse=True)
def unplugged() -> Iterator[None]:
    """Other tests know no plug-ins."""
    yield
    plugins.export({})
    os.environ.pop(plugins.VARIABLE, None)


def composed(budgets: Any = (12,), **plugin: Any) -> Method:
    """The method that a composition becomes."""
    load(
        {
            "methods": ["X"],
            "methods_by_model": {},
            "budgets": budgets,
            "study": {"epochs": budgets[0]},
            "plugins": {"X": plugin},
        }
    )
    return registry.methods()["X"]


def torchs(build: Any, epochs: int, lr: float = 0.1) -> list[float]:
    """The rate of each epoch of the scheduler that `build` makes for an optimizer."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = build(optimizer)
    rates = []
    for _ in range(epochs):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("budget", [8, 20, 33, 200])
@pytest.mark.parametrize("milestones", [[0.125, 0.6], [5, 7], [5, 0.75]])
def test_a_sequence_is_torchs(budget: int, milestones: list[float]) -> None:
    method = composed(budgets=[budget], sequential=[WARM, COSINE, FALL], milestones=milestones)
    first, second = (int(m * budget + 0.5) if m < 1 else int(m) for m in milestones)

    def build(optimizer: Any) -> Any:
        warm = lr_scheduler.LinearLR(optimizer, 0.2, total_iters=4)
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, T_max=second - first, eta_min=1e-5)
        fall = lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
        return lr_scheduler.SequentialLR(optimizer, [warm, cosine, fall], [first, second])

    rates = learning_rates(method, {"lr": 0.1}, budget, 1)
    assert rates == pytest.approx(torchs(build, budget), rel=1e-12)


@pytest.mark.parametrize("budget", [1, 2, 3, 20, 100])
def test_a_chain_is_torchs(budget: int) -> None:
    drop = {"method": "S", "step_size": 7, "gamma": 0.5}
    method = composed(budgets=[budget], chained=[WARM, FALL, drop, {"method": "P", "power": 2}])

    def build(optimizer: Any) -> Any:
        parts = [
            lr_scheduler.LinearLR(optimizer, 0.2, total_iters=4),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
            lr_scheduler.StepLR(optimizer, 7, gamma=0.5),
            lr_scheduler.PolynomialLR(optimizer, total_iters=budget, power=2),
        ]
        return lr_scheduler.ChainedScheduler(parts, optimizer)

    rates = learning_rates(method, {"lr": 0.1}, budget, 1)
    assert rates == pytest.approx(torchs(build, budget), rel=1e-12)


def test_parts_of_both_rhythms_go_together() -> None:
    """A cycle by batches under an envelope by epochs, and after a warm-up by epochs."""
    cycle = learning_rates(registry.methods()["CY"], {"lr": 0.1, **CYCLE}, 10, 3)
    chain = composed(chained=[CYCLE, FALL])
    assert chain.per_batch
    want = [rate * 0.9 ** (step // 3) for step, rate in enumerate(cycle)]
    assert learning_rates(chain, {"lr": 0.1}, 10, 3) == pytest.approx(want, rel=1e-12)
    sequence = composed(sequential=[WARM, CYCLE], milestones=[5])
    want = [0.02 * (1 + step // 3) for step in range(15)] + cycle[:15]
    assert learning_rates(sequence, {"lr": 0.1}, 10, 3) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_tiny_budgets_leave_parts_out(budget: int) -> None:
    method = composed(sequential=[WARM, FALL], milestones=[0.125])
    assert learning_rates(method, {"lr": 1.0}, budget, 1) == pytest.approx(
        [0.9**epoch for epoch in range(budget)]
    )
    method = composed(sequential=[WARM, FALL], milestones=[5])
    assert learning_rates(method, {"lr": 1.0}, budget, 1) == pytest.approx(
        [(1 + epoch) / 5 for epoch in range(budget)]
    )


PARTS = st.sampled_from([WARM, FALL, COSINE, {"method": "N"}, {"method": "S"}, CYCLE])


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(PARTS, min_size=2, max_size=3),
    kind=st.sampled_from(["shares", "epochs", "chained"]),
    budgets=st.tuples(st.integers(1, 12), st.integers(13, 24)),
)
def test_budget_free_means_a_prefix(parts: Any, kind: str, budgets: Any) -> None:
    if kind == "chained":
        method = composed(chained=parts)
    else:
        place = 0.3 if kind == "shares" else 4
        given_places = [place * (n + 1) for n in range(len(parts) - 1)]
        method = composed(sequential=parts, milestones=given_places)
    hp = {"lr": 0.1, "infimum_lr": 1e-6}
    short, long = (learning_rates(method, hp, budget, 2) for budget in budgets)
    assert all(0 <= rate <= 0.1 * (1 + 1e-12) for rate in short)
    if method.budget_free(hp):
        assert short == long[: len(short)]


def test_which_compositions_are_budget_free() -> None:
    def free(**plugin: Any) -> bool:
        return composed(**plugin).budget_free({"lr": 0.1})

    assert free(sequential=[COSINE, FALL], milestones=[5])  # the cosine always has 5 epochs
    assert not free(sequential=[FALL, COSINE], milestones=[5])
    assert not free(sequential=[WARM, FALL], milestones=[0.5])
    assert free(chained=[WARM, FALL])
    assert not free(chained=[WARM, COSINE])


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        ({}, "plugins.X: found none of them, allowed is exactly one of schedule, sequential"),
        ({"chained": [FALL], "sequential": [FALL]}, "found sequential and chained"),
        ({"chained": [{"method": "Z"}]}, "plugins.X.chained[0].method: found 'Z', allowed are N,"),
        ({"chained": [FALL, {"gamma": 1}]}, "plugins.X.chained[1].method: found None"),
        ({"chained": [{"method": "Prodigy"}]}, "found 'Prodigy'"),
        ({"chained": [{"method": "SF"}]}, "found 'SF'"),
        ({"chained": [{"method": "RP"}]}, "found 'RP'"),
        ({"chained": [{"method": "X"}]}, "found 'X'"),
        ({"chained": [{"method": "E", "gama": 1}]}, "found gama, allowed for E are gamma. Hint"),
        ({"chained": [{"method": "E", "gamma": 2}]}, "plugins.X.chained[0].gamma is 2. Hint"),
        ({"chained": [{"method": "E", "gamma": "a"}]}, "plugins.X.chained[0].gamma is 'a'"),
        ({"chained": [{"method": "E", "lr": 1}]}, "lr is the composition's"),
        ({"chained": [FALL], "milestones": [3]}, "plugins.X: found milestones"),
        ({"chained": [FALL], "config": {"a": 1}}, "plugins.X: found config"),
        ({"sequential": [WARM, FALL]}, "plugins.X.milestones: found [], allowed are 1 ascending"),
        ({"sequential": [WARM, FALL], "milestones": [0]}, "found [0]"),
        ({"sequential": [WARM, FALL], "milestones": [2.5]}, "found [2.5]"),
        ({"sequential": [WARM, FALL, FALL], "milestones": [0.5, 0.4]}, "found [0.5, 0.4]"),
        (
            {"sequential": [WARM, FALL, FALL], "milestones": [0.5, 4]},
            "at a budget of 12 the epochs [6, 4], allowed are epochs that do not descend",
        ),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(plugin: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        composed(**plugin)
    assert said in str(error.value)
    assert "Hint: " in str(error.value)


def test_a_parts_own_mistake_is_told_with_its_place() -> None:
    method = composed(chained=[COSINE, {"method": "H", "upper_bound": 10}])
    with pytest.raises(UserError, match=r"plugins\.X: H: upper_bound is 10"):
        learning_rates(method, {"lr": 0.1, "infimum_lr": 1e-6}, 12, 1)


def test_the_run_key_knows_all_parts() -> None:
    task = registry.tasks()["OSC_LSTM"]

    def key(**plugin: Any) -> str:
        return run_code(task, composed(**plugin))

    first = key(sequential=[WARM, FALL], milestones=[5])
    assert key(sequential=[WARM, FALL], milestones=[5], name="In words") == first
    others = [
        {"sequential": [WARM, FALL], "milestones": [4]},
        {"sequential": [WARM, COSINE], "milestones": [5]},
        {"sequential": [WARM, {**FALL, "gamma": 0.8}], "milestones": [5]},
        {"chained": [WARM, FALL]},
    ]
    assert len({first, *(key(**other) for other in others)}) == 5


@pytest.mark.parametrize(
    "plugin",
    [{"sequential": [WARM, COSINE, FALL], "milestones": [3, 6]}, {"chained": [CYCLE, FALL]}],
)
def test_interrupted_equals_uninterrupted(plugin: Any) -> None:
    method = composed(**plugin)

    def trainer() -> Trainer:
        return Trainer(Regression(), method, "AdamW", {"lr": 0.05}, 9, seed=1)

    whole = trainer()
    results = [whole.train_epoch() for _ in range(9)]
    first = trainer()
    for _ in range(4):
        first.train_epoch()
    stream = io.BytesIO()
    torch.save(first.state_dict(), stream)
    stream.seek(0)
    second = trainer()
    second.load_state_dict(torch.load(stream, weights_only=True))
    assert [second.train_epoch() for _ in range(5)] == results[4:]


def test_a_run_is_stored_and_goes_on(tmp_path: Path) -> None:
    given_plugins = {"X": {"sequential": [WARM, FALL], "milestones": [2]}}
    data = small_runs.make_data(tmp_path)
    experiment = small_runs.experiment(methods=["X"], plugins=given_plugins)
    run = small_runs.run(data, method="C")
    spec = experiment.task_spec(experiment.pair("OSC_LSTM", "X"))
    runs = [type(run)(spec, "X", "AdamW", {"lr": 0.01}, budget, 1, run.data) for budget in (3, 5)]
    assert runs[0].key == runs[1].key  # a prefix
    short, long = small_runs.runner(tmp_path, data).histories(runs)
    assert long.columns["lr"] == pytest.approx([0.002, 0.004, 0.01, 0.009, 0.0081])
    assert short.columns["val_loss"] == long.columns["val_loss"][:3]


def test_the_command_draws_a_configured_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text("def half(epoch, total_epochs, lr, config): return lr / 2\n")
    (tmp_path / "c.yaml").write_text(
        "plugins: {SEQ: {sequential: [{method: LW}, {method: C}], milestones: [0.5]}}\n"
    )
    parser = argparse.ArgumentParser()
    schedule_command.add_arguments(parser)
    words = ["--budget", "4", "--lr", "1", "--csv", "--configfile", str(tmp_path / "c.yaml")]
    schedule_command.run(parser.parse_args(["SEQ", f"{tmp_path}/mine.py:half", *words]))
    _, *lines = capsys.readouterr().out.splitlines()
    rates = [float(line.split(",")[3]) for line in lines]
    assert rates == pytest.approx([0.2, 0.4, 1.0, 0.5000005, 0.5, 0.5, 0.5, 0.5])
