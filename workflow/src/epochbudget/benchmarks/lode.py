"""What LODE costs beside the plain run: to observe an epoch, and to decide after it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from epochbudget.tasks.base import Problem
    from epochbudget.training.loop import Trainer

REMAINING = 100
"""Points from a decision in the middle of a run to its end."""
REPEATS = 100
"""An epoch takes 10 ms, and what is looked for is a hundredth of it."""


def measure() -> list[Row]:
    """A ratio of 0.99 is a cost of 1 %; a run of 20 epochs decides four times at most."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            _row(label, decides, Path(folder))
            for label in ("OSC_LSTM", "Integral_MLP")
            for decides in (False, True)
        ]


def _row(label: str, decides: bool, folder: Path) -> Row:
    """The latent ODE is untrained: how much it has to compute depends on what it has learned."""
    import torch
    from torch import Tensor, tensor

    from epochbudget.benchmarks.tools.demo import demo_problem
    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.lode.fit import Dynamics, Scale
    from epochbudget.lode.latent_ode import CHANNELS, LatentODE
    from epochbudget.lode.observing import Observing
    from epochbudget.lode.steering import advise
    from epochbudget.training.loop import Trainer

    problem = demo_problem(label, folder, "cpu")
    plain, observed = _trainer(Trainer, problem), _trainer(Observing, problem)
    torch.manual_seed(1)
    scale = Scale(torch.zeros(CHANNELS).double(), torch.ones(CHANNELS).double())
    dynamics = Dynamics(LatentODE(), scale, 10 / (2 * REMAINING), (1e-5, 1e-1))
    run = torch.linspace(1, 0, REMAINING).double().unsqueeze(1).expand(-1, CHANNELS)

    def fast() -> Tensor:
        result = observed.train_epoch()
        if decides:
            advise(dynamics, run, REMAINING, seed=1)
        return tensor(result.val_loss)

    path = "observed, and a decision" if decides else "observed"
    name = f"{label}, a demo epoch"
    return compare(name, path, lambda: tensor(plain.train_epoch().val_loss), fast, REPEATS)


def _trainer(kind: "type[Trainer]", problem: "Problem") -> "Trainer":
    from epochbudget import registry

    return kind(problem, registry.methods()["N"], "AdamW", {"lr": 1e-3}, 100, 1)


BENCHMARK = Benchmark("lode", 8, measure)
