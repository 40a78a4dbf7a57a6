"""Several runs at once, beside one after another, at the default run's sizes."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from epochbudget.training.loop import Trainer

MEMBERS = 10


def measure() -> list[Row]:
    """Runs in lockstep, on a GPU if there is one: that is where it pays."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    with tempfile.TemporaryDirectory() as folder:
        return [_row(label, Path(folder), device) for label in ("OSC_LSTM", "Integral_MLP")]


def _row(label: str, folder: Path, device: str) -> Row:
    from torch import Tensor, tensor

    from epochbudget.benchmarks.tools.demo import demo_problem
    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.training.lockstep import Lockstep

    problem = demo_problem(label, folder, device)
    singly, together = _members(problem), _members(problem)
    lockstep = Lockstep(together)

    def reference() -> Tensor:
        return tensor([member.train_epoch().val_loss for member in singly])

    def fast() -> Tensor:
        return tensor([result.val_loss for result in lockstep.train_epoch()])

    path = f"{MEMBERS} runs in lockstep"
    return compare(f"{label}, a demo epoch", path, reference, fast, device=device)


def _members(problem: Any) -> "list[Trainer]":
    from epochbudget import registry
    from epochbudget.training.loop import Trainer

    found = {"lr": 1e-3, "infimum_lr": 1e-6, "upper_bound": 50}
    method = registry.methods()["H"]
    return [Trainer(problem, method, "AdamW", found, 50, seed) for seed in range(MEMBERS)]


BENCHMARK = Benchmark("runs", 6, measure)
