"""Lockstep: many runs as one computation, equal to single runs, member by member."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from epochbudget import registry
from epochbudget.data.generators import read
from epochbudget.tasks.problems.images import in_channels_last
from epochbudget.training.lockstep import Lockstep
from epochbudget.training.loop import EpochResult, Trainer
from task_samples import double_problem, oscillator_columns
from test_training import Regression, hyperparameters

CODES = [code for code, method in registry.methods().items() if method.lockstep]


@pytest.fixture(autouse=True)
def in_double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def problem_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Any]:
    return lambda label: double_problem(label, monkeypatch, tmp_path)


class Normalised(Regression):
    """With batch normalisation, whose statistics are buffers that training changes."""

    def model(self) -> nn.Module:
        hidden = nn.Linear(4, 8, bias=False)  # a bias would have no gradient but rounding
        return nn.Sequential(hidden, nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1))


class Plain(Regression):
    def model(self) -> nn.Module:
        return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))


class Convolved(Regression):
    """With a kernel whose channels are innermost in memory, which moments must follow."""

    def model(self) -> nn.Module:
        network = nn.Sequential(
            nn.Unflatten(1, (4, 1, 1)), nn.Conv2d(4, 6, 3, padding=1), nn.Flatten(), nn.Linear(6, 1)
        )
        return in_channels_last(network)


def member(problem: Any, code: str, seed: int = 89, budget: int = 8, **given: float) -> Trainer:
    """A single run; odd seeds use AdamW, even ones Adam."""
    found = {**hyperparameters(code), **given}
    optimizer = "AdamW" if seed % 2 else "Adam"
    return Trainer(problem, registry.methods()[code], optimizer, found, budget, seed)


def assert_close(
    ours: list[EpochResult], theirs: list[EpochResult], tolerance: float = 1e-9
) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.lr == other.lr
        assert one.train_loss == pytest.approx(other.train_loss, rel=tolerance)
        assert one.val_loss == pytest.approx(other.val_loss, rel=tolerance)
        assert one.accuracy == other.accuracy


def assert_same_state(ours: Trainer, theirs: Trainer) -> None:
    one, other = ours.state_dict(), theirs.state_dict()
    torch.testing.assert_close(one["model"], other["model"], rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(one["optimizer"], other["optimizer"], rtol=1e-9, atol=1e-12)
    assert one["scheduler"] == other["scheduler"]
    assert torch.equal(one["order"], other["order"])
    assert torch.equal(one["augmentation"], other["augmentation"])


@pytest.mark.parametrize("kind", [Plain, Normalised, Convolved])
def test_all_methods_train_together_as_they_do_singly(kind: type[Regression]) -> None:
    """Schedules per epoch and per batch, cycled momentum, Adam and AdamW, side by side."""
    problem = kind()
    together = [member(problem, code, seed) for code in CODES for seed in (89, 90)]
    singly = [member(problem, code, seed) for code in CODES for seed in (89, 90)]
    lockstep = Lockstep(together)
    for _ in range(8):
        assert_close(lockstep.train_epoch(), [single.train_epoch() for single in singly])
    lockstep.sync()
    for one, other in zip(together, singly, strict=True):
        assert_same_state(one, other)


@pytest.mark.parametrize("label", ["OSC_LSTM", "Integral_MLP", "Integral_TF", "FOLDER_CNN"])
def test_every_model_can_train_in_lockstep(problem_of: Callable[[str], Any], label: str) -> None:
    problem = problem_of(label)
    chosen = [("N", 1), ("OC", 2), ("EH", 3)]
    lockstep = Lockstep([member(problem, code, seed, lr=1e-3) for code, seed in chosen])
    singly = [member(problem, code, seed, lr=1e-3) for code, seed in chosen]
    for _ in range(7):  # of three steps or more
        assert_close(lockstep.train_epoch(), [single.train_epoch() for single in singly])


def test_a_diverging_member_hurts_nobody(problem_of: Callable[[str], Any]) -> None:
    problem = problem_of("Integral_MLP")
    rates = [1e-3, 1e200, 2e-3]
    lockstep = Lockstep([member(problem, "N", seed, lr=lr) for seed, lr in enumerate(rates)])
    singly = [member(problem, "N", seed, lr=lr) for seed, lr in enumerate(rates)]
    for _ in range(3):
        first, wild, last = lockstep.train_epoch()
        assert not wild.finite
        assert_close([first, last], [singly[0].train_epoch(), singly[2].train_epoch()])


@pytest.mark.parametrize("begin", ["singly", "together"])
@pytest.mark.parametrize("go_on", ["singly", "together"])
@pytest.mark.parametrize("kind", [Normalised, Convolved])
def test_a_checkpoint_serves_single_runs_and_lockstep_alike(
    kind: type[Regression], begin: str, go_on: str
) -> None:
    problem, epochs = kind(), 3

    def members() -> list[Trainer]:
        return [member(problem, code, 89 + n) for n, code in enumerate(("CY", "OC", "WEH", "S"))]

    def train(trainers: list[Trainer], how: str) -> list[list[EpochResult]]:
        if how == "singly":
            return [[trainer.train_epoch() for trainer in trainers] for _ in range(epochs)]
        lockstep = Lockstep(trainers)
        results = [lockstep.train_epoch() for _ in range(epochs)]
        lockstep.sync()
        return results

    whole = members()
    expected = train(whole, "singly") + train(whole, "singly")
    parts = members()
    results = train(parts, begin)
    file = io.BytesIO()
    torch.save([part.state_dict() for part in parts], file)
    file.seek(0)
    parts = members()
    for part, state in zip(parts, torch.load(file, weights_only=True), strict=True):
        part.load_state_dict(state)
    results += train(parts, go_on)
    for ours, theirs in zip(results, expected, strict=True):
        assert_close(ours, theirs)
    for one, other in zip(parts, whole, strict=True):
        assert_same_state(one, other)


def test_in_single_precision_members_are_as_close_as_rounding_allows() -> None:
    torch.set_default_dtype(torch.float32)
    problem = Plain()
    together, singly = ([member(problem, "OC", seed) for seed in (1, 2)] for _ in range(2))
    lockstep = Lockstep(together)
    for _ in range(3):
        assert_close(lockstep.train_epoch(), [m.train_epoch() for m in singly], tolerance=1e-5)
    lockstep.sync()
    for one, other in zip(together, singly, strict=True):
        moments = [next(iter(m.optimizer.state.values()))["exp_avg_sq"] for m in (one, other)]
        torch.testing.assert_close(*moments, rtol=3e-6, atol=0)


def test_resumed_lockstep_equals_uninterrupted_bit_for_bit() -> None:
    def members() -> list[Trainer]:
        return [member(Plain(), code) for code in CODES]

    whole, first, second = members(), members(), members()
    uninterrupted = Lockstep(whole)
    expected = [uninterrupted.train_epoch() for _ in range(6)]
    before = Lockstep(first)
    results = [before.train_epoch() for _ in range(3)]
    before.sync()
    for one, other in zip(second, first, strict=True):
        one.load_state_dict(other.state_dict())
    after = Lockstep(second)
    results += [after.train_epoch() for _ in range(3)]
    assert results == expected


def test_members_may_be_at_different_epochs() -> None:
    """As when some of them go on from a checkpoint, and have other budgets."""
    ahead, behind = member(Plain(), "C", budget=9), member(Plain(), "H", budget=5)
    singly = [member(Plain(), "C", budget=9), member(Plain(), "H", budget=5)]
    for trainer in (ahead, singly[0]):
        for _ in range(3):
            trainer.train_epoch()
    lockstep = Lockstep([ahead, behind])
    for _ in range(5):
        assert_close(lockstep.train_epoch(), [single.train_epoch() for single in singly])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="CUDA graphs need a GPU")
def test_graphed_steps_are_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The LSTM, which keeps memory between steps, with a last batch of another size."""
    torch.set_default_dtype(torch.float32)
    monkeypatch.setattr(read, "read_oscillator", lambda path: oscillator_columns())
    task = registry.tasks()["OSC_LSTM"]
    settings = task.settings(stride=1, batch_size=12).model_dump()
    problem = task.problem(settings, Path("file"), torch.device("cuda"))
    assert problem.train_size % 12
    results = []
    for graphs in (False, True):
        lockstep = Lockstep([member(problem, "OC", seed) for seed in (1, 2)], graphs)
        results.append([lockstep.train_epoch() for _ in range(3)])
    for plain, graphed in zip(*results, strict=True):
        assert_close(graphed, plain, tolerance=1e-4)
