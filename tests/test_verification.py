"""Verdicts on published numbers, from made-up runs and from small real ones."""

import csv
import json
import math
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from epochbudget.comparison import compare
from epochbudget.config.load import load, load_files
from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.published.tables import read_checksums
from epochbudget.published.values import Key
from epochbudget.verification import missing, protocol
from epochbudget.verification.cells import ABSOLUTE, FINALS, Pair
from epochbudget.verification.command import add_arguments, run
from epochbudget.verification.evidence import Evidence
from epochbudget.verification.gather import Inputs, _claimable, gather
from small_runs import CONFIG, make_data, runner
from verification_samples import (
    BUDGETS,
    MARGINS,
    NUMBERS,
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
    rows = judged({("LSTM", "H"): Pair(like_published("LSTM", "H"), figure="curve.png")})
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
    far = judged({("LSTM", "H"): Pair(like_published("LSTM", "H", factor=3))})[FINAL]
    assert far["verdict"] == "not reproduced"
    near = judged({("LSTM", "H"): Pair(like_published("LSTM", "H", 1e-4, factor=1.05))})[FINAL]
    assert near["verdict"] == "different but small"
    wide = judged({("LSTM", "H"): Pair(like_published("LSTM", "H", spread=0.3))})[FINAL]
    assert wide["verdict"] == "consistent"


def test_a_published_range_narrows_what_counts_as_consistent() -> None:
    pairs = {("LSTM", "H"): Pair(like_published("LSTM", "H", spread=0.3, factor=2.2))}
    alone = judged(pairs)[FINAL]
    known = judged(pairs, ranges={FINAL: (0.99 * PUBLISHED[FINAL], 1.01 * PUBLISHED[FINAL])})[FINAL]
    assert (alone["verdict"], known["verdict"]) == ("consistent", "not reproduced")
    assert known["power"] > alone["power"]


def test_the_interval_is_the_one_that_decides() -> None:
    """Seeds moved to just inside and just outside of the printed interval change the verdict."""
    row = judged({("LSTM", "H"): Pair(like_published("LSTM", "H", spread=0.1))})[FINAL]
    for factor, inside in ((0.999, True), (1.001, False)):
        mean = factor * row["high"]
        finals = {b: around(mean, 0.1) for b in BUDGETS}
        moved = judged({("LSTM", "H"): Pair(evidence("LSTM", "H", finals))})[FINAL]
        assert (moved["verdict"] in ("reproduced", "consistent")) == inside


def test_accuracies_are_compared_as_they_are() -> None:
    key = Key("CNN", "EH", "final_accuracy", "200", "")
    finals = {
        b: list(v + np.linspace(-1e-4, 1e-4, 5)) for b, v in published_finals("CNN", "EH").items()
    }
    row = judged({("CNN", "EH"): Pair(evidence("CNN", "EH", finals))})[key]
    assert row["verdict"] == "reproduced"
    assert row["high"] - PUBLISHED[key] == pytest.approx(PUBLISHED[key] - row["low"])


def test_what_deviates_is_incomparable_and_says_how() -> None:
    deviations = ["study.trials: 3 (paper: 25)", "b", "c", "d", "e"]
    rows = of_pair(judged({("LSTM", "H"): Pair(like_published("LSTM", "H"), deviations)}))
    assert len(rows) == 1 * 4 + 6 + 5 + 2
    assert {row["verdict"] for row in rows.values()} == {"incomparable"}
    assert "study.trials: 3 (paper: 25)" in rows[FINAL]["reason"]
    assert "2 more settings" in rows[FINAL]["reason"]


def test_a_missing_budget_leaves_the_others() -> None:
    part = like_published("LSTM", "H").at((50, 100))
    rows = of_pair(judged({("LSTM", "H"): Pair(part)}))
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
    rows = of_pair(judged({("LSTM", "H"): Pair(found)}))
    assert rows[FINAL]["verdict"] == "incomparable"
    assert "231 at budget 100" in rows[FINAL]["reason"]
    assert rows[FINAL._replace(budget="50")]["verdict"] == "reproduced"
    assert rows[Key("LSTM", "H", "power_regression_p", "", "")]["verdict"] == "incomparable"


@pytest.mark.parametrize("lengths", [(0, 0, 0, 0, 0), (0, 5, 50, 50, 50)])
def test_seeds_that_diverged_at_once_do_not_crash(lengths: Sequence[int]) -> None:
    runs = {50: {s: np.ones(n) for s, n in zip(SEEDS, lengths, strict=True)}}
    whole = like_published("LSTM", "H").curves
    found = Evidence(type(whole).from_seeds("OSC_LSTM", "H", "loss", runs))
    row = judged({("LSTM", "H"): Pair(found)})[FINAL._replace(budget="50")]
    assert row["verdict"] == "incomparable"


@pytest.mark.parametrize("seeds", [1, 4])
def test_too_few_seeds_are_incomparable(seeds: int) -> None:
    finals = {b: around(v, 0.1, seeds) for b, v in published_finals("LSTM", "H").items()}
    found = evidence("LSTM", "H", finals, seeds=SEEDS[:seeds])
    rows = of_pair(judged({("LSTM", "H"): Pair(found)}))
    assert {row["verdict"] for row in rows.values()} == {"incomparable"}


def test_seeds_that_do_not_differ_get_a_reasoned_verdict() -> None:
    finals = {b: [v] * 5 for b, v in published_finals("LSTM", "H").items()}
    row = judged({("LSTM", "H"): Pair(evidence("LSTM", "H", finals))})[FINAL]
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


PAPER = [ROOT / "config" / "paper.yaml"]


def differences(*overlays: dict, label: str = "Integral_MLP", code: str = "N") -> dict:
    values = load_files(PAPER).model_dump()
    for overlay in overlays:
        values |= overlay
    experiment = Experiment(load(values))
    return protocol.differences(experiment, experiment.pair(label, code))


def test_the_papers_configuration_deviates_in_nothing_but_the_tuning_seeds() -> None:
    found = differences()
    assert found["deviations"] == []
    assert [note.split(":")[0] for note in found["notes"]] == ["study.seeds"]


def test_a_part_of_the_paper_does_not_deviate() -> None:
    part = {"models": ["Integral_MLP"], "methods": ["N"], "budgets": [50, 150]}
    assert differences(part)["deviations"] == []
    assert differences({"seeds": [1, 2, 3, 4, 5]})["deviations"] == []


@pytest.mark.parametrize(
    ("overlay", "key"),
    [
        ({"budgets": [40, 60], "hyperparameters": {}}, "budgets"),
        ({"seeds": [89, 231]}, "seeds"),
        ({"mode": "compare"}, "mode"),
        ({"hyperparameters": {"N": {"lr": 0.1}}}, "hyperparameters.N.lr"),
        ({"infimum_lr": 1e-7}, ""),
    ],
)
def test_what_deviates_is_named(overlay: dict, key: str) -> None:
    found = differences(overlay)["deviations"]
    assert [text.split(":")[0] for text in found] == ([key] if key else [])


def test_sizes_and_studies_are_part_of_the_protocol() -> None:
    config = load_files(PAPER).model_dump()
    study = {**config["study"], "trials": 10}
    tasks = {**config["tasks"]}
    tasks["Integral_MLP"] = {**tasks["Integral_MLP"], "hidden": 512, "train_bias": False}
    found = differences({"study": study, "tasks": tasks})
    assert [text.split(" (")[0] for text in found["deviations"]] == [
        "study.trials: 10",
        "tasks.Integral_MLP.hidden: 512",
    ]
    assert any(note.startswith("tasks.Integral_MLP.train_bias") for note in found["notes"])


def test_what_is_missing_is_counted_as_the_plan_counts_it() -> None:
    rows = {(row["model"], row["method"]): row for row in missing.rows({})}
    assert len(rows) == 4 * 6
    assert rows["DeepONet", "N"]["epochs"] == 25 * 50 + 5 * 200 - 50
    assert rows["LSTM", "H"]["epochs"] == 25 * 50 + 5 * 500 - 50
    part = missing.rows({("LSTM", "H"): (50, 100), ("DeepONet", "N"): BUDGETS})
    rows = {(row["model"], row["method"]): row for row in part}
    assert ("DeepONet", "N") not in rows
    assert rows["LSTM", "H"]["epochs"] == 5 * (150 + 200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small real comparisons of two methods, and their verification."""
    import argparse

    place = tmp_path_factory.mktemp("verification")
    data = make_data(place)
    overlay = {**CONFIG, "mode": "compare", "methods": ["N", "H"], "run": "small"}
    experiment = Experiment(load(overlay))
    spec = protocol.specification(experiment)
    for entry, pair in zip(spec["pairs"], protocol.pairs(experiment), strict=True):
        entry["runs"] = str(place / Path(entry["runs"]).name)
        job = experiment.comparison_spec(pair)
        compare(job, None, file_digest(data), runner(place, data), Path(entry["runs"]))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    recomputed, forms = place / "numbers.csv", place / "closed_forms.csv"
    header = "model,scheduler,quantity,budget,other_budget,published,recomputed,match,reason\n"
    recomputed.write_text(header)
    run(parser.parse_args(["closed-forms", "--out", str(forms)]))
    given = ["--recomputed", str(recomputed), "--closed-forms", str(forms)]
    given += ["--tables", str(ROOT / "config/published")]
    given += ["--templates", str(ROOT / "workflow/report"), "--folder", str(place / "out")]
    run(parser.parse_args(["judge", json.dumps(spec), *given]))
    return place / "out"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_small_run_gives_a_complete_report(folder: Path) -> None:
    verdicts = read(folder / "verdicts.csv")
    assert len(verdicts) == len(NUMBERS) == 376
    counts = Counter((row["model"], row["verdict"]) for row in verdicts)
    assert counts["LSTM", "incomparable"] == 4 + 7 + 4 + 6 + 7  # N has no SLCD
    assert counts["schedule", "reproduced"] == 16
    assert all(row["reason"] for row in verdicts)
    claims = read(folder / "claims.csv")
    control = next(c for c in claims if (c["claim"], c["model"]) == ("trivial control", "LSTM"))
    assert (control["ours"], control["verdict"]) == ("one curve", "incomparable")
    report = (folder / "report.html").read_text()
    for text in ("small", "seeds: 2 (paper: 5)", "torch", "ResNet-18: number of parameters"):
        assert text in report


def gathered(curves: Sequence[Path], margins: dict[str, float] = MARGINS) -> dict:
    """The content of a report on no runs at all."""
    spec = {"run": "none", "margins": margins, "tuning_seeds": [], "schedules": {}, "pairs": []}
    checksums = read_checksums(ROOT / "config" / "published" / "curves.sha256")
    return gather(Inputs(spec, NUMBERS, curves, checksums, [], [], Path("out")))


def test_authors_losses_and_accuracies_stay_apart(published_curves: Path) -> None:
    report = gathered(sorted(published_curves.glob("*.csv")))
    findings = {row["title"]: row["finding"] for row in report["caveats"]}
    assert "24 of 48" in findings["SLCD of raw losses has no meaning"]
    assert "6,000 accuracies" in findings["SimpleCNN was validated on all 10,000 test images"]
    assert "LSTM and CNN" in report["rule"][0] or "CNN and LSTM" in report["rule"][0]
    assert report["protocol"] == ["no model with published numbers was run"]


def test_a_file_that_is_not_the_authors_is_left_aside(
    published_curves: Path, tmp_path: Path
) -> None:
    name = "Result_OSC_LSTM-N.csv"
    lines = (published_curves / name).read_text().splitlines(keepends=True)
    (tmp_path / name).write_text("".join(lines).replace("1", "2"))
    report = gathered([tmp_path / name])
    assert any(name in line and "not the authors" in line for line in report["protocol"])
    assert "were not given" in report["rule"][0]


def test_other_margins_are_told() -> None:
    lines = gathered([], {**MARGINS, "slcd": 0.9})["protocol"]
    assert lines[1] == "verification.margins.slcd: 0.9 (as shipped: 0.2)"


def test_claims_look_at_the_papers_budgets_where_there_are_any() -> None:
    finals = {**published_finals("LSTM", "H"), 300: 1e-9, 12: 1.0}
    more = Pair(evidence("LSTM", "H", {b: around(finals[b], 0.1) for b in sorted(finals)}))
    other = Pair(evidence("LSTM", "H", {12: around(1.0, 0.1), 15: around(0.9, 0.1)}))
    claimed = _claimable({("LSTM", "H"): more, ("LSTM", "EH"): other}, BUDGETS)
    assert claimed["LSTM", "H"].evidence.budgets == BUDGETS
    assert claimed["LSTM", "EH"].evidence.budgets == (12, 15)


@pytest.mark.slow
def test_verify_on_the_default_run() -> None:
    """In this checkout, as a user would after `make run`."""
    command = [sys.executable, "-m", "snakemake", "verify", "--cores", "2"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    verdicts = read(ROOT / "results" / "demo" / "verification" / "verdicts.csv")
    assert Counter((row["model"], row["verdict"]) for row in verdicts) == {
        ("LSTM", "incomparable"): 90,
        ("DeepONet", "incomparable"): 90,
        ("TraONet", "incomparable"): 90,
        ("CNN", "not run"): 90,
        ("schedule", "reproduced"): 16,
    }
    assert all(row["reason"] for row in verdicts)
    pictures = {row["figure"] for row in verdicts if row["model"] != "CNN"}
    assert all((ROOT / "results/demo/verification" / path).is_file() for path in pictures)
    claims = read(ROOT / "results" / "demo" / "verification" / "claims.csv")
    assert {row["verdict"] for row in claims} == {"incomparable", "not run"}
    assert all(row["ours"] for row in claims if row["verdict"] == "incomparable")
