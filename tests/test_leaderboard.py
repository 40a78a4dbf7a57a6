"""The schedule benchmark: protocol, formulas, best epochs, verdicts, and the leaderboard."""

import csv
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import ROOT
from epochbudget import leaderboard, plugins
from epochbudget.config.load import load_files
from epochbudget.curves import CurveSet
from epochbudget.experiment import Experiment
from epochbudget.figures import leaderboard as figure
from epochbudget.metrics.definitions.table import write_table
from epochbudget.plugin_calls import loaded
from epochbudget.registry import metrics
from epochbudget.verification import baselines
from figure_samples import text_of
from workflow import Checkout

FULL = [ROOT / "config/config.yaml", ROOT / "config/schedule_benchmark.yaml"]
REDUCED = [*FULL, ROOT / "config/schedule_benchmark_reduced.yaml"]
FASHION = Path("/usr/share/datasets/fashion-mnist")
BASELINES = ROOT / "config/examples/benchmark.py"


@pytest.fixture(autouse=True)
def unplugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other tests know no plug-ins; paths of the configuration are relative."""
    monkeypatch.chdir(ROOT)
    yield
    plugins.export({})
    os.environ.pop(plugins.VARIABLE)


def experiment(*overlays: Path) -> Experiment:
    return Experiment(load_files([*FULL, *overlays]))


def overlay(folder: Path, text: str) -> Path:
    path = folder / "overlay.yaml"
    path.write_text(text)
    return path


# The protocol ------------------------------------------------------------------------------


def test_the_full_configuration_is_the_benchmarks_protocol() -> None:
    e = experiment()
    assert len(e.pairs) == 3 * 7
    assert set(e.seeds) == set(baselines.published()["seeds"])
    assert [baselines.deviations(e, pair) for pair in e.pairs] == [[]] * 21
    assert baselines.labels() == set(e.labels)
    known = {(p.label, p.code) for p in e.pairs if baselines.result(e, p)}
    assert len(known) == 3 * 3 + 2


def test_the_reduced_one_is_not() -> None:
    e = Experiment(load_files(REDUCED))
    pair = e.pair("FMNIST_MobileNetV2_SGD", "COSINE")
    assert baselines.result(e, pair) == [94.74, 0.03]
    assert baselines.deviations(e, pair) == [
        "budget: 2 (benchmark: 200)",
        "seeds: 2 (benchmark: 3)",
        "batch_size: 16 (benchmark: 128)",
        "subset_ratio: 0.001 (benchmark: 1.0)",
    ]
    assert not baselines.result(e, e.pair("FMNIST_ResNet20_SGD", "COSINE"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sgd: {nesterov: true}", "nesterov: True (benchmark: False)"),
        ("optimizers: [AdamW]", "optimizer: AdamW (benchmark: SGD)"),
        ("hyperparameters: {COSINE: {lr: 0.05}}", "lr: 0.05 (benchmark: 0.1)"),
        ("mode: optimize_and_compare", "lr: searched (benchmark: 0.1)"),
        ("tasks: {ResNet20: {augment: false}}", "augment: False (benchmark: True)"),
    ],
)
def test_every_setting_counts(tmp_path: Path, text: str, words: str) -> None:
    e = experiment(overlay(tmp_path, text))
    pair = next(p for p in e.pairs if p.code == "COSINE")
    assert words in baselines.deviations(e, pair)


def test_another_schedule_under_the_same_code_has_no_baseline(tmp_path: Path) -> None:
    text = 'plugins: {COSINE: {schedule: "config/examples/benchmark.py:one_cycle"}}'
    e = experiment(overlay(tmp_path, text))
    pair = e.pair("CIFAR10_ResNet20_SGD", "COSINE")
    assert baselines.result(e, pair) == [92.51, 0.18]
    assert not baselines.result(e, e.pair("CIFAR10_ResNet20_SGD", "N"))


# The formulas ------------------------------------------------------------------------------


def rates(name: str, budget: int = 200, base: float = 0.1) -> list[float]:
    schedule = loaded("test", BASELINES, name)
    return [schedule(epoch, budget, base, {}) for epoch in range(budget)]


def test_cosine() -> None:
    expected = [0.05 * (1 + math.cos(math.pi * epoch / 200)) for epoch in range(200)]
    assert rates("cosine") == pytest.approx(expected, rel=1e-12)


def test_warmup_cosine() -> None:
    found = rates("warmup_cosine")
    assert found[:6] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1, 0.1], rel=1e-12)
    expected = [0.05 * (1 + math.cos(math.pi * (epoch - 5) / 195)) for epoch in range(5, 200)]
    assert found[5:] == pytest.approx(expected, rel=1e-12)
    assert rates("warmup_cosine", budget=2) == pytest.approx([0.02, 0.04])


def test_one_cycle() -> None:
    found = rates("one_cycle")
    for epoch, rate in enumerate(found):
        progress = epoch / 199
        if progress < 0.3:
            share = (1 - math.cos(math.pi * progress / 0.3)) / 2
        else:
            share = (1 + math.cos(math.pi * (progress - 0.3) / 0.7)) / 2
        assert rate == pytest.approx(0.1 / 25 + (0.1 - 0.1 / 25) * share, rel=1e-12)
    assert found[0] == pytest.approx(0.004)
    assert found[-1] == pytest.approx(0.004)
    assert max(found) == pytest.approx(0.1, rel=1e-4)
    assert rates("one_cycle", budget=1) == pytest.approx([0.004])


# Best epochs -------------------------------------------------------------------------------


def test_best_epochs_are_each_seeds_own() -> None:
    curves = {
        1: np.array([0.1, 0.5, 0.3]),
        2: np.array([0.2, 0.3, 0.4]),
        3: np.array([0.9]),  # diverged
    }
    rows = metrics()["best"].compute([CurveSet.from_seeds("X", "N", "accuracy", {3: curves})])
    found = {(row["quantity"], row.get("seed")): row["value"] for row in rows}
    assert found == {
        ("best_accuracy", None): pytest.approx(0.45),
        ("best_accuracy", 1): 0.5,
        ("best_accuracy", 2): 0.4,
        ("best_accuracy_std", None): pytest.approx(0.1 / math.sqrt(2)),
    }
    (row, _) = metrics()["best"].compute(
        [CurveSet.from_seeds("X", "N", "loss", {3: {1: np.array([3.0, 1.0, 2.0])}})]
    )
    assert (row["quantity"], row["value"]) == ("best_val_loss", 1.0)


# Verdicts ----------------------------------------------------------------------------------

SPEC = {"seeds": 3, "published_seeds": 3}


def judged(ours: list[float], **changes: Any) -> Any:
    pair = {"published": [92.83, 0.18], "deviations": [], **changes}
    return baselines.judge(ours, pair, SPEC)


def test_the_interval_is_students() -> None:
    """Pooled: s^2 = (0.04 + 0.18^2) / 2, and t(0.975, 4) = 2.776."""
    judgement = judged([92.6, 92.8, 93.0])
    spread = math.sqrt((0.04 + 0.18**2) / 2)
    assert judgement.half_width == pytest.approx(2.7764451 * spread * math.sqrt(2 / 3), rel=1e-6)
    assert judgement.difference == pytest.approx(-0.03)
    assert judgement.verdict == "consistent"
    assert judged([92.1, 92.3, 92.2]).verdict == "not reproduced"


def test_true_reproductions_miss_it_in_five_per_cent() -> None:
    random = np.random.default_rng(1)
    theirs = random.normal(90, 0.3, (2000, 3))
    ours = random.normal(90, 0.3, (2000, 3))
    missed = [
        baselines.pooled(list(a), b.mean(), b.std(ddof=1), 3).verdict == "not reproduced"
        for a, b in zip(ours, theirs, strict=True)
    ]
    assert np.mean(missed) == pytest.approx(0.05, abs=0.015)


def test_what_cannot_be_compared_says_why() -> None:
    ours = [92.6, 92.8, 93.0]
    reasons = {
        "another protocol: budget: 2 (benchmark: 200)": judged(
            ours, deviations=["budget: 2 (benchmark: 200)"]
        ),
        "1 of 3 seeds diverged": judged(ours[:2]),
        "one seed": judged(ours, published=[92.9]),
    }
    for words, judgement in reasons.items():
        assert judgement.verdict == "incomparable"
        assert words in judgement.reason


# Table and figure --------------------------------------------------------------------------

LABEL = "CIFAR10_ResNet20_SGD"


def board(folder: Path, deviations: list[str]) -> Path:
    """Three methods; one of them has diverged in all seeds, one has a published result."""
    last = {"COSINE": [0.921, 0.923, 0.925], "ONE_CYCLE": [0.90, 0.91, 0.92], "N": []}
    for name, quantity, more in (("best", "best_accuracy", 0.004), ("final", "final_accuracy", 0)):
        rows = [
            {"model": LABEL, "scheduler": code, "quantity": quantity, "budget": 200, "seed": seed}
            | {"value": value + more}
            for code, values in last.items()
            for seed, value in enumerate(values)
        ]
        write_table(rows, folder / f"{name}.csv")
    published = {"COSINE": [92.83, 0.18], "ONE_CYCLE": [92.51, 0.18], "N": []}
    pairs = [
        {"label": LABEL, "code": code, "name": f"The {code}", "published": published[code]}
        | {"deviations": deviations}
        for code in ("N", "ONE_CYCLE", "COSINE")
    ]
    spec = {**SPEC, "budget": 200, "pairs": pairs}
    leaderboard.write(spec, [folder / "final.csv", folder / "best.csv"], folder / "board.csv")
    return folder / "board.csv"


def test_the_table_ranks_methods(tmp_path: Path) -> None:
    with board(tmp_path, []).open(newline="") as stream:
        first, second, third = csv.DictReader(stream)
    assert [row["method"] for row in (first, second, third)] == ["COSINE", "ONE_CYCLE", "N"]
    assert (
        first.items()
        >= {
            "rank": "1",
            "seeds": "3",
            "best_accuracy": "92.7",
            "best_accuracy_std": "0.2",
            "last_accuracy": "92.3",
            "published": "92.83",
            "verdict": "consistent",
        }.items()
    )
    assert (second["verdict"], third["verdict"]) == ("consistent", "")
    assert (third["best_accuracy"], third["seeds"]) == ("", "0")


@pytest.mark.parametrize("deviations", [[], ["budget: 2 (benchmark: 200)"]])
def test_the_figure_shows_published_values_of_the_same_protocol_alone(
    tmp_path: Path, deviations: list[str]
) -> None:
    options = {"run": "x", "seeds": 3, "budgets": [200]}
    canvas = figure.draw(options, [board(tmp_path, deviations)])
    (axes,) = canvas.axes
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert drawn == ([] if deviations else [92.83, 92.51])
    best = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    assert 92.7 in best
    assert ("reduced protocol" in axes.get_title(loc="left")) == bool(deviations)
    words = text_of(canvas)
    assert {"The COSINE", "best epoch", "last epoch", "diverged"} <= set(words)


def test_other_runs_have_no_leaderboard_figure() -> None:
    assert figure.drawings(Experiment(load_files([FULL[0]]))) == {}
    plugins.export({})
    assert list(figure.drawings(experiment())) == ["leaderboard"]


# The whole of it ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not FASHION.is_dir(), reason="Debian's dataset-fashion-mnist is not installed")
def test_the_reduced_benchmark_runs(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path)
    files = [str(path.relative_to(ROOT)) for path in REDUCED[1:]]
    checkout.snakemake("leaderboard", "--configfile", *files)
    with (tmp_path / "results/schedule_benchmark_reduced/leaderboard.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    assert all(0 <= float(row["best_accuracy"]) <= 100 for row in rows)
    assert max(float(row["best_accuracy"]) for row in rows) > 15
    (compared,) = (row for row in rows if row["published"])
    assert compared["verdict"] == "incomparable"
    assert (tmp_path / "figures/schedule_benchmark_reduced/leaderboard.pdf").stat().st_size > 1000
