"""What a run is verified by: its protocol, its files, the whole command."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from conftest import ROOT
from epochbudget.comparison import compare
from epochbudget.config.load import load, load_files
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.metrics.names import model_name
from epochbudget.published.summary import read_table
from epochbudget.published.tables import read_checksums
from epochbudget.verification import closed_forms, missing, protocol
from epochbudget.verification.cells import Reproduction
from epochbudget.verification.command import add_arguments, run
from epochbudget.verification.gather import Inputs, claimable, gather
from small_runs import CONFIG, make_data, runner
from verification_samples import (
    BUDGETS,
    MARGINS,
    NUMBERS,
    around,
    evidence,
    published_finals,
)

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


def test_the_papers_protocol_is_as_shipped() -> None:
    """If this fails by intention, for instance after a new setting, write the new digest."""
    config = load_files(PAPER)
    assert protocol.protocol_digest(Experiment(config)) == protocol.SHIPPED
    study = {**config.study.model_dump(), "trials": 5}
    cheaper = Experiment(load({**config.model_dump(), "study": study}))
    assert protocol.protocol_digest(cheaper) != protocol.SHIPPED


def test_the_models_and_methods_are_those_of_the_published_numbers() -> None:
    keys = [number.key for number in NUMBERS if number.key.model != "schedule"]
    assert {model_name(label) for label in protocol.MODELS} == {key.model for key in keys}
    assert set(protocol.PUBLISHED_METHODS) == {key.scheduler for key in keys}


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


@pytest.mark.parametrize("text", [None, "", "check,found\nanything,1\n"])
def test_another_table_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "closed_forms.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=r"closed_forms\.csv.*Hint: .*snakemake"):
        read_table(path, closed_forms.COLUMNS)


def test_other_margins_are_told() -> None:
    report = gathered([], {**MARGINS, "slcd": 0.9})
    assert report["protocol"][1] == "verification.margins.slcd: 0.9 (as shipped: 0.2)"
    reasons = {row["quantity"]: row["why"] for row in report["margins"]}
    assert reasons.pop("slcd") == "configured (as shipped: 0.2)"
    assert all(why.startswith("half the median distance") for why in reasons.values())


def test_claims_look_at_the_papers_budgets_where_there_are_any() -> None:
    finals = {**published_finals("LSTM", "H"), 300: 1e-9, 12: 1.0}
    more = Reproduction(evidence("LSTM", "H", {b: around(finals[b], 0.1) for b in sorted(finals)}))
    other = Reproduction(evidence("LSTM", "H", {12: around(1.0, 0.1), 15: around(0.9, 0.1)}))
    claimed = claimable({("LSTM", "H"): more, ("LSTM", "EH"): other}, BUDGETS)
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
    changed = ["--config", "verification={'margins': {'slcd': 0.1}}"]
    plan = subprocess.run([*command, "-n", *changed], cwd=ROOT, text=True, capture_output=True)
    heads = ("rule ", "localrule ")
    jobs = {line.split()[1] for line in plan.stdout.splitlines() if line.startswith(heads)}
    assert jobs <= {"judge:", "verify:"} and "judge:" in jobs, plan.stdout
