"""The oscillator task: seeds, splits, scaling and windows."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from epochbudget.data.generators import read
from epochbudget.errors import UserError
from epochbudget.seeds import derive_seed
from epochbudget.tasks.problems.splits import permutation
from epochbudget.tasks.problems.windows import Windows, scaled, split, trajectories, window_starts
from task_samples import build, oscillator_columns


@pytest.fixture
def oscillator(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    columns = oscillator_columns()
    monkeypatch.setattr(read, "read_oscillator", lambda path: columns)
    return columns


def test_seeds_are_stable_and_differ_by_name_and_base() -> None:
    first_digits = "ad1a65cd9de1fdd8"  # of the SHA-256 of the text 42/split
    assert derive_seed(42, "split") == int(first_digits, 16) // 2
    seeds = {derive_seed(base, name) for base in range(50) for name in ("split", "order", "init")}
    assert len(seeds) == 150
    assert all(0 <= seed < 2**63 for seed in seeds)


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    window=st.integers(1, 12),
    stride=st.integers(1, 7),
)
def test_windows_fill_trajectories_and_never_cross(
    lengths: list[int], window: int, stride: int
) -> None:
    owner = np.repeat(np.arange(len(lengths)), lengths)
    expected = []
    for begin in np.cumsum([0, *lengths[:-1]]):
        length = lengths[owner[begin]]
        expected += [begin + s for s in range(0, length, stride) if s + window <= length]
    if len(expected) < 5:
        with pytest.raises(UserError, match="fewer than 5 windows"):
            window_starts(lengths, window, stride)
        return
    starts = window_starts(lengths, window, stride).tolist()
    assert starts == expected
    assert all(len(set(owner[start : start + window])) == 1 for start in starts)


@settings(deadline=None)
@given(size=st.integers(5, 300), seed=st.integers(0, 2**31), ratio=st.floats(0.01, 1))
def test_split_is_disjoint_and_shares_are_nested(size: int, seed: int, ratio: float) -> None:
    starts = torch.arange(size) * 3
    train, validation = split(starts, seed, 1.0)
    assert len(train) == int(0.8 * size)
    assert sorted(train.tolist() + validation.tolist()) == starts.tolist()
    again = split(starts, seed, ratio)
    assert again[0].tolist() == train[: len(again[0])].tolist()
    assert again[1].tolist() == validation[: len(again[1])].tolist()
    assert len(again[0]) == max(1, round(ratio * len(train)))


def test_split_depends_on_its_seed_alone() -> None:
    starts = torch.arange(100)
    torch.manual_seed(1)
    first = split(starts, 42, 1.0)[0]
    torch.manual_seed(2)
    assert torch.equal(first, split(starts, 42, 1.0)[0])
    assert not torch.equal(first, split(starts, 43, 1.0)[0])
    assert not torch.equal(permutation(100, 42, "a"), permutation(100, 42, "b"))


def test_windows_are_slices() -> None:
    table, starts = torch.randn(50, 3), torch.tensor([4, 0, 17, 30])
    windows = Windows(table, starts, history=6, horizon=4, outputs=2)
    (history,), target = windows[torch.tensor([2, 0, 2])]
    for row, start in enumerate([17, 4, 17]):
        assert torch.equal(history[row], table[start : start + 6])
        assert torch.equal(target[row], table[start + 6 : start + 10, :2])
    assert windows[1:3][1].shape == (2, 4, 2)


def test_scaling_is_per_column_over_the_loaded_rows(oscillator: dict[str, Any]) -> None:
    (rows,) = trajectories(oscillator, (0.01,))
    assert rows.tolist() == list(range(60, 120))
    table = scaled(oscillator, ("a", "x"), rows)
    for column, name in enumerate(("a", "x")):
        values = oscillator[name][60:120]
        plain = [(v - min(values)) / (max(values) - min(values)) for v in values]
        assert table[:, column].tolist() == plain
    assert (table.min(), table.max()) == (0, 1)


def test_oscillator_mistakes_are_named(oscillator: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"damping 0\.05, only \[0\.0, 0\.01, 0\.02\]"):
        trajectories(oscillator, (0.05,))
    oscillator["v"][:] = 3.0
    with pytest.raises(UserError, match=r"columns \['v'\] .* constant"):
        scaled(oscillator, ("x", "v", "a"), np.arange(180))


@pytest.mark.parametrize(("dtype", "rows"), [("simple", 60), ("damped", 60), ("total", 180)])
@pytest.mark.parametrize(("mode", "sizes"), [("S", (1, 1)), ("MS", (3, 1)), ("M", (3, 3))])
def test_oscillator_problem(
    oscillator: dict[str, Any], dtype: str, rows: int, mode: str, sizes: tuple[int, int]
) -> None:
    problem = build("OSC_LSTM", dtype=dtype, mode=mode, history=7, horizon=4, stride=1)
    per_trajectory = 60 - 11 + 1
    assert problem.train_size + problem.validation_size == rows // 60 * per_trajectory
    (history,), target = problem.train[torch.arange(3)]
    assert (history.shape, target.shape) == ((3, 7, sizes[0]), (3, 4, sizes[1]))
    assert problem.model()(history).shape == target.shape
    assert history.dtype == target.dtype == torch.float32
