"""Benchmarks: honest pairs, a table that can be read; and counts of operations that keep fast paths
fast, since no test may look at a clock."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from epochbudget import registry
from epochbudget.benchmarks.base import COLUMNS, Row
from epochbudget.benchmarks.tools.table import as_text, draw, read, write
from epochbudget.benchmarks.tools.timing import compare
from epochbudget.errors import UserError
from epochbudget.models.deeponet import DeepONet, DeepONetReference
from epochbudget.tasks.problems import operator_data
from epochbudget.training.loop import Trainer
from operations import Operations
from task_samples import build

ROW: Row = {
    "model": "M",
    "path": "shortcut",
    "threads": 1,
    "device": "cpu",
    "reference_ms": 2130.0,
    "ms": 50.5,
    "ratio": 2130.0 / 50.5,
    "max_abs_difference": 3e-7,
}


def test_both_ways_are_timed_in_turns_and_compared() -> None:
    calls = []

    def way(name: str, result: list[float]) -> Any:
        return lambda: (calls.append(name), np.array(result))[1]

    row = compare("M", "path", way("plain", [1.0, 2.0]), way("fast", [1.0, 2.5]), repeats=3)
    assert calls == ["plain", "fast"] * 4
    assert tuple(row) == COLUMNS
    assert row["max_abs_difference"] == 0.5
    assert row["threads"] == 1
    assert row["ratio"] == row["reference_ms"] / row["ms"] > 0


def test_the_table_is_written_read_and_printed(tmp_path: Path) -> None:
    write([ROW], tmp_path / "some.csv")
    write([{**ROW, "model": "Z", "ratio": 0.5}], tmp_path / "other.csv")
    rows = read([tmp_path / "some.csv", tmp_path / "other.csv"])
    assert [row["model"] for row in rows] == ["M", "Z"]
    assert rows[0]["ratio"] == ROW["ratio"]
    assert "| M | shortcut | cpu | 2.13 s | 50.5 ms | 42.2x | 3e-07 |" in as_text(rows)
    good = (tmp_path / "some.csv").read_text()
    for bad in ("a,b\n1,2\n", good[:-6], good.replace("2130.0", "fast")):
        (tmp_path / "other.csv").write_text(bad)
        with pytest.raises(UserError, match=r"other\.csv.*Hint"):
            read([tmp_path / "other.csv"])


def test_the_figure_shows_every_comparison() -> None:
    rows = [ROW, {**ROW, "model": "slower", "ratio": 0.5}, {**ROW, "model": "Z", "ratio": 3.0}]
    (axes,) = draw(rows).axes
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    assert ends == pytest.approx([row["ratio"] for row in rows])
    assert axes.get_xscale() == "log"
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["M\nshortcut", "slower\nshortcut", "Z\nshortcut"]


def test_every_benchmark_is_registered_in_order() -> None:
    orders = [benchmark.order for benchmark in registry.benchmarks().values()]
    assert orders == sorted(set(orders))


def flops(network: DeepONet, u: torch.Tensor, y: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter:
        network(u, y).sum().backward()
    return counter.get_total_flops()


def test_the_trunk_runs_once_for_each_query() -> None:
    """Multiplications of trunk and branch: (B + Q) rows instead of (B + B Q)."""
    batch, queries, hidden, features = 16, 25, 8, 4
    u, y = torch.randn(batch, hidden), torch.linspace(0, 1, queries)
    trunk, branch = hidden * (1 + hidden + features), hidden * (2 * hidden + features)

    def expected(trunk_rows: int) -> int:
        """Two operations a multiplication; forward, and backward to weights and to inputs."""
        layers = [(trunk_rows, trunk, hidden), (batch, branch, hidden * hidden)]
        return sum(2 * rows * (3 * size - first) for rows, size, first in layers)

    fast = flops(DeepONet(hidden, hidden, 2, features), u, y)
    inner_product = 3 * 2 * batch * queries * features
    assert fast == expected(queries) + inner_product
    plain = flops(DeepONetReference(hidden, hidden, 2, features), u, y)
    assert plain == expected(batch * queries)


@pytest.mark.parametrize("batch_size", [4, 20])
def test_no_step_waits_for_the_device(monkeypatch: pytest.MonkeyPatch, batch_size: int) -> None:
    """A number is read back twice an epoch, however many steps there are."""
    rng = np.random.default_rng(0)
    sensors, targets = rng.normal(size=(50, 20)), rng.normal(size=(50, 30))
    data = sensors.astype(np.float32), targets.astype(np.float32), np.linspace(0, 1, 30)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    problem = build("Integral_MLP", batch_size=batch_size)
    method = registry.methods()["H"]
    found = {"lr": 1e-3, "infimum_lr": 1e-6, "upper_bound": 50}
    trainer = Trainer(problem, method, "AdamW", found, 50, 1)
    trainer.train_epoch()
    with Operations() as done:
        trainer.train_epoch()
    assert done.calls["_local_scalar_dense"] == 2
    assert done.calls["_fused_adamw_"] == math.ceil(40 / batch_size)
    assert done.calls["randperm"] == 2


def test_validation_passes_several_batches_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = build_with(monkeypatch, fields=250)  # 50 to validate
    problem.batch_size, seen = 3, []

    def network(u: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        seen.append(len(u))
        return torch.zeros(len(u), len(y))

    problem.validate(network)
    assert seen == [12, 12, 12, 12, 2]


def build_with(monkeypatch: pytest.MonkeyPatch, fields: int) -> Any:
    data = np.zeros((fields, 20), np.float32), np.zeros((fields, 30), np.float32), np.zeros(30)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    return build("Integral_MLP")
