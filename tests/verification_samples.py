"""Made-up runs of a published model: five seeds whose final values have a given mean."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conftest import ROOT
from epochbudget.config.verification import Margins
from epochbudget.curves import CurveSet
from epochbudget.published.tables import Number, read_numbers
from epochbudget.published.values import Key
from epochbudget.verification.cells import Judge, Reproduction
from epochbudget.verification.evidence import Evidence

SEEDS = (89, 231, 928, 814, 269)
BUDGETS = (50, 100, 150, 200)
MARGINS = Margins().model_dump()
NUMBERS: list[Number] = read_numbers(ROOT / "config" / "published")
PUBLISHED = {n.key: float(n.value) for n in NUMBERS if n.key.model != "schedule"}
LABELS = {"LSTM": "OSC_LSTM", "DeepONet": "Integral_MLP", "CNN": "CIFAR10_CNN"}


def evidence(
    model: str,
    code: str,
    finals: Mapping[int, Sequence[float]],
    shape: float = 0.0,
    seeds: Sequence[int] = SEEDS,
) -> Evidence:
    """Curves that end at `finals` (budget -> value by seed) after an exponential approach.

    The larger `shape`, the more the early curves differ between budgets.
    """
    runs = {
        budget: {
            seed: value * np.exp((1 - np.arange(1, budget + 1) / budget) * (1 + shape * budget))
            for seed, value in zip(seeds, values, strict=True)
        }
        for budget, values in finals.items()
    }
    quantity = "accuracy" if model == "CNN" else "loss"
    return Evidence(CurveSet.from_seeds(LABELS[model], code, quantity, runs))


def around(mean: float, spread: float, seeds: int = 5) -> list[float]:
    """Values with this mean whose logarithms spread by about this much (in log10)."""
    values = 10 ** (spread * np.linspace(-1.26, 1.26, seeds))
    return list(mean * values / values.mean())


def published_finals(model: str, code: str) -> dict[int, float]:
    name = "final_accuracy" if model == "CNN" else "final_val_loss"
    return {b: PUBLISHED[Key(model, code, name, str(b), "")] for b in BUDGETS}


def like_published(model: str, code: str, spread: float = 0.02, factor: float = 1.0) -> Evidence:
    """Seeds around the published final values, times `factor`, in another order at each budget."""
    finals = {
        budget: list(np.roll(around(factor * value, spread), place))
        for place, (budget, value) in enumerate(published_finals(model, code).items())
    }
    return evidence(model, code, finals)


def judged(runs: Mapping[tuple[str, str], Reproduction], **options: Any) -> dict[Key, dict]:
    """Rows of verdicts by key."""
    judge = Judge(runs, MARGINS, BUDGETS, **options)
    rows = judge.rows(NUMBERS)
    return {n.key: row for n, row in zip(NUMBERS, rows, strict=True)}
