"""Verdicts on published numbers, from made-up runs and from small real ones."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from epochbudget.published.values import Key
from epochbudget.verification.cells import ABSOLUTE, FINALS, Reproduction
from epochbudget.verification.evidence import Evidence
from verification_samples import (
    BUDGETS,
    MARGINS,
    PUBLISHED,
    SEEDS,
    around,
    evidence,
    judged,
    like_published,
    published_finals,
)

FINAL = Key("LSTM", "H", "final_val_loss", "100", "")


def of_pair(rows: dict[Key, dict], model: str = "LSTM", code: str = "H") -> dict[Key, dict]:
    return {key: row for key, row in rows.items() if key[:2] == (model, code)}


def test_a_run_like_the_published_one_reproduces_its_finals() -> None:
    rows = judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H"), figure="curve.png")})
    finals = [row for key, row in of_pair(rows).items() if key.quantity == "final_val_loss"]
    assert [row["verdict"] for row in finals] == ["reproduced"] * 4
    row = rows[FINAL]
    assert row["ours"] == pytest.approx(PUBLISHED[FINAL])
    assert row["low"] < PUBLISHED[FINAL] < row["high"]
    assert (row["seeds"], row["figure"], row["margin"]) == (5, "curve.png", "factor 1.17")
    assert 0.6 < row["power"] < 0.7
    slope = rows[Key("LSTM", "H", "power_regression_B", "", "")]
    assert slope["verdict"] == "reproduced"


def test_other_values_are_told_from_the_published_ones() -> None:
    far = judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H", factor=3))})[FINAL]
    assert far["verdict"] == "not reproduced"
    near = judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H", 1e-4, factor=1.05))})[
        FINAL
    ]
    assert near["verdict"] == "different but small"
    wide = judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H", spread=0.3))})[FINAL]
    assert wide["verdict"] == "consistent"


def test_a_published_range_narrows_what_counts_as_consistent() -> None:
    pairs = {("LSTM", "H"): Reproduction(like_published("LSTM", "H", spread=0.3, factor=2.2))}
    alone = judged(pairs)[FINAL]
    known = judged(pairs, ranges={FINAL: (0.99 * PUBLISHED[FINAL], 1.01 * PUBLISHED[FINAL])})[FINAL]
    assert (alone["verdict"], known["verdict"]) == ("consistent", "not reproduced")
    assert known["power"] > alone["power"]


def test_the_interval_is_the_one_that_decides() -> None:
    """Seeds moved to just inside and just outside of the printed interval change the verdict."""
    row = judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H", spread=0.1))})[FINAL]
    for factor, inside in ((0.999, True), (1.001, False)):
        mean = factor * row["high"]
        finals = {b: around(mean, 0.1) for b in BUDGETS}
        moved = judged({("LSTM", "H"): Reproduction(evidence("LSTM", "H", finals))})[FINAL]
        assert (moved["verdict"] in ("reproduced", "consistent")) == inside


def test_accuracies_are_compared_as_they_are() -> None:
    key = Key("CNN", "EH", "final_accuracy", "200", "")
    finals = {
        b: list(v + np.linspace(-1e-4, 1e-4, 5)) for b, v in published_finals("CNN", "EH").items()
    }
    row = judged({("CNN", "EH"): Reproduction(evidence("CNN", "EH", finals))})[key]
    assert row["verdict"] == "reproduced"
    assert row["high"] - PUBLISHED[key] == pytest.approx(PUBLISHED[key] - row["low"])


def test_what_deviates_is_incomparable_and_says_how() -> None:
    deviations = ["study.trials: 3 (paper: 25)", "b", "c", "d", "e"]
    rows = of_pair(judged({("LSTM", "H"): Reproduction(like_published("LSTM", "H"), deviations)}))
    assert len(rows) == 1 * 4 + 6 + 5 + 2
    assert {row["verdict"] for row in rows.values()} == {"incomparable"}
    assert "study.trials: 3 (paper: 25)" in rows[FINAL]["reason"]
    assert "2 more settings" in rows[FINAL]["reason"]


def test_a_missing_budget_leaves_the_others() -> None:
    part = like_published("LSTM", "H").at((50, 100))
    rows = of_pair(judged({("LSTM", "H"): Reproduction(part)}))
    verdicts = {key: row["verdict"] for key, row in rows.items()}
    assert verdicts[FINAL] == "reproduced"
    assert verdicts[FINAL._replace(budget="150")] == "not run"
    assert verdicts[Key("LSTM", "H", "slcd", "50", "100")] not in ("not run", "incomparable")
    assert "150" in rows[Key("LSTM", "H", "slcd", "100", "150")]["reason"]
    assert verdicts[Key("LSTM", "H", "power_regression_B", "", "")] == "not run"


def test_a_diverged_seed_makes_its_budgets_incomparable() -> None:
    whole = like_published("LSTM", "H").curves
    runs = {b: dict(by_seed) for b, by_seed in whole.seeds.items()}
    runs[100][231] = runs[100][231][:30]
    found = Evidence(type(whole).from_seeds("OSC_LSTM", "H", "loss", runs))
    rows = of_pair(judged({("LSTM", "H"): Reproduction(found)}))
    assert rows[FINAL]["verdict"] == "incomparable"
    assert "231 at budget 100" in rows[FINAL]["reason"]
    assert rows[FINAL._replace(budget="50")]["verdict"] == "reproduced"
    assert rows[Key("LSTM", "H", "power_regression_p", "", "")]["verdict"] == "incomparable"


@pytest.mark.parametrize("lengths", [(0, 0, 0, 0, 0), (0, 5, 50, 50, 50)])
def test_seeds_that_diverged_at_once_do_not_crash(lengths: Sequence[int]) -> None:
    runs = {50: {s: np.ones(n) for s, n in zip(SEEDS, lengths, strict=True)}}
    whole = like_published("LSTM", "H").curves
    found = Evidence(type(whole).from_seeds("OSC_LSTM", "H", "loss", runs))
    row = judged({("LSTM", "H"): Reproduction(found)})[FINAL._replace(budget="50")]
    assert row["verdict"] == "incomparable"


@pytest.mark.parametrize("seeds", [1, 4])
def test_too_few_seeds_are_incomparable(seeds: int) -> None:
    finals = {b: around(v, 0.1, seeds) for b, v in published_finals("LSTM", "H").items()}
    found = evidence("LSTM", "H", finals, seeds=SEEDS[:seeds])
    rows = of_pair(judged({("LSTM", "H"): Reproduction(found)}))
    assert {row["verdict"] for row in rows.values()} == {"incomparable"}


def test_seeds_that_do_not_differ_get_a_reasoned_verdict() -> None:
    finals = {b: [v] * 5 for b, v in published_finals("LSTM", "H").items()}
    row = judged({("LSTM", "H"): Reproduction(evidence("LSTM", "H", finals))})[FINAL]
    assert row["verdict"] == "reproduced" and "do not differ" in row["reason"]


def test_nothing_run_is_not_run_and_the_schedules_are_checked() -> None:
    rows = judged({}, costs={("LSTM", "H"): "; it takes 3,700 epochs"})
    counts = Counter((key.model == "schedule", row["verdict"]) for key, row in rows.items())
    assert counts == {(True, "reproduced"): 16, (False, "not run"): 360}
    assert rows[FINAL]["reason"].endswith("it takes 3,700 epochs")


def distance(quantity: str, a: float, b: float) -> float:
    """Between neighbours a < b, on the scale of the quantity's margin."""
    if quantity == "final_val_loss":
        return math.log10(b / a)
    relative = quantity not in ABSOLUTE and quantity not in FINALS
    return (b - a) / (min(abs(a), abs(b)) if relative else 1)


def test_margins_are_half_the_median_distance_of_neighbouring_methods() -> None:
    tables: dict[Key, list[float]] = {}
    for key, value in PUBLISHED.items():
        tables.setdefault(key._replace(scheduler=""), []).append(value)
    distances: dict[str, list[float]] = {}
    for key, values in tables.items():
        steps = (distance(key.quantity, a, b) for a, b in pairwise(sorted(values)))
        distances.setdefault(key.quantity, []).extend(steps)
    halves = {q: float(f"{statistics.median(v) / 2:.1g}") for q, v in distances.items()}
    assert halves == MARGINS
