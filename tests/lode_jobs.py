"""A small run with LODE and its controls, and its earlier runs."""

from pathlib import Path
from typing import Any

from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.lode.prior import collect
from epochbudget.training.runner import Runner
from small_runs import TASK, experiment

CODES = ["LODE", "LODE-shuffled", "LODE-chance", "LODE-prior"]
LODE = {"prior_methods": ["C", "N"], "lr_factors": [0.5, 1.0], "seeds": [1, 2], "steps": 3}
BUDGET = 10


def with_lode(**changes: Any) -> Experiment:
    given: dict[str, Any] = {
        "mode": "compare",
        "budgets": [BUDGET],
        "methods": CODES,
        "seeds": [3, 4],
    }
    given["tasks"] = {"OSC_LSTM": {**TASK, "batch_size": 10}}
    return experiment(**{**given, "lode": LODE, "flatness": True, **changes})


def priors(e: Experiment, here: Runner, folder: Path) -> list[Path]:
    """Observe the earlier runs."""
    paths = []
    for pair in e.priors("OSC_LSTM"):
        path = folder / e.path("prior", label=pair.label, code=pair.code)
        path.parent.mkdir(parents=True, exist_ok=True)
        collect(e.prior_spec(pair), file_digest(here.data), here, path)
        paths.append(path)
    return paths
