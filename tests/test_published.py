"""Every published number that follows from the authors' curves, recomputed by the metrics."""

import csv
import math
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from epochbudget.config.load import load
from epochbudget.curves import CurveSet, read_exported
from epochbudget.errors import UserError
from epochbudget.metrics.definitions.table import write_table
from epochbudget.published.digits import PRINTED, matches
from epochbudget.published.recompute import Row, recompute
from epochbudget.published.sources import CACHE, curve_files
from epochbudget.published.summary import as_text, counts, require_matches
from epochbudget.published.tables import TABLES, Number, read_checksums, read_numbers
from epochbudget.published.values import Key, curve_file, published_value
from epochbudget.registry import metrics
from workflow import Checkout

FOLDER = ROOT / "config" / "published"
NUMBERS = read_numbers(FOLDER)
CHECKSUMS = read_checksums(FOLDER / "curves.sha256")
H50 = Key("LSTM", "H", "final_val_loss", "50", "")


@pytest.fixture
def curves(published_curves: Path, tmp_path: Path) -> Path:
    """A copy of the authors' curves that a test may change."""
    return Path(shutil.copytree(published_curves, tmp_path / "curves", copy_function=shutil.copy))


def recomputed(folder: Path, numbers: list[Number] = NUMBERS) -> dict[Key, Row]:
    rows = recompute(numbers, sorted(folder.glob("*.csv")), CHECKSUMS)
    return {number.key: row for number, row in zip(numbers, rows, strict=True)}


def by_model(rows: dict[Key, Row]) -> dict[tuple[str, str], int]:
    return Counter((key.model, row["match"]) for key, row in rows.items())


def test_the_tables_hold_the_376_published_numbers(published_numbers: Path, shared: Path) -> None:
    with published_numbers.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    reference = {Key(*(row[name] for name in Key._fields)): row["value"] for row in rows}
    assert len(rows) == len(reference) == 376
    assert {number.key: number.value for number in NUMBERS} == reference
    assert len(NUMBERS) == 376
    checksums = (shared / "reference" / "published_curves.sha256").read_bytes()
    assert (FOLDER / "curves.sha256").read_bytes() == checksums


def test_every_source_names_a_file_and_a_commit_that_the_readme_explains() -> None:
    readme = (FOLDER / "README.md").read_text()
    for source in {number.source for number in NUMBERS}:
        (commit,) = re.findall(
            r"^paper/[\w/]+\.(?:py|rs), commit (\w{7})(?:, recomputed)?$", source
        )
        assert re.search(rf"{commit} is\s+`{commit}[0-9a-f]{{33}}`", readme)


def test_every_number_of_a_model_follows_from_a_file_with_a_checksum() -> None:
    files = {curve_file(number.key) for number in NUMBERS} - {""}
    assert files < set(CHECKSUMS)
    assert len(files) == 24


GOOD = "LSTM,H,final_val_loss,50,,8.8849e-07,somewhere\n"
BAD = [
    ("LSTM,H,final_val_loss,50,8.8849e-07,somewhere\n", "row 2", "cells"),
    (f"{GOOD}LSTM,H,final_val_loss,100,,much,somewhere\n", "row 3", "'much'"),
    ("LSTM,H,final_val_loss,50,,nan,somewhere\n", "row 2", "'nan'"),
    ("LSTM,H,final_val_loss,fifty,,1,somewhere\n", "row 2", "'fifty'"),
    ("RNN,H,final_val_loss,50,,1,somewhere\n", "row 2", "'RNN'"),
    ("LSTM,H,beauty,50,,1,somewhere\n", "row 2", "'beauty'"),
    (f"{GOOD}{GOOD}", "row 3", "also stands in"),
]


@pytest.mark.parametrize(("text", "row", "problem"), BAD)
def test_a_bad_row_is_named(text: str, row: str, problem: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "tables")
    header = (FOLDER / "final.csv").read_text().splitlines(keepends=True)[0]
    (folder / "final.csv").write_text(header + text)
    with pytest.raises(UserError) as caught:
        read_numbers(folder)
    assert f"final.csv, {row}" in str(caught.value)
    assert problem in str(caught.value)


def test_a_missing_or_strange_file_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "tables")
    (folder / "slcd.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match=r"slcd\.csv, row 1"):
        read_numbers(folder)
    (folder / "slcd.csv").unlink()
    with pytest.raises(UserError, match=r"slcd\.csv"):
        read_numbers(folder)
    (folder / "curves.sha256").write_text("abc  Result_OSC_LSTM-H.csv\n")
    with pytest.raises(UserError, match=r"curves\.sha256, row 1"):
        read_checksums(folder / "curves.sha256")


def test_only_the_printed_digits_count() -> None:
    """Every number matches itself, a value a third of a digit away, and none one digit away."""
    for number in NUMBERS:
        quantity, value = number.key.quantity, float(number.value)
        digits, form = int(PRINTED[quantity][1]), PRINTED[quantity][2]
        first = math.floor(math.log10(abs(value))) if form == "g" else -1
        unit = 10.0 ** (first + 1 - digits) if form == "g" else 10.0**-digits
        for near in (value, value + unit / 3, value - unit / 3):
            assert matches(quantity, near, number.value), (number, near)
        for far in (value + unit, value - unit):
            assert not matches(quantity, far, number.value), (number, far)


def test_what_is_not_a_number_matches_nothing() -> None:
    assert not matches("slcd", math.nan, "0.1")
    assert not matches("slcd", math.inf, "0.1")


def test_all_196_numbers_that_can_be_recomputed(published_curves: Path) -> None:
    rows = recomputed(published_curves)
    assert by_model(rows) == {
        ("LSTM", "yes"): 90,
        ("CNN", "yes"): 90,
        ("schedule", "yes"): 16,
        ("DeepONet", "not run"): 90,
        ("TraONet", "not run"): 90,
    }
    assert all((row["match"] == "yes") == (row["reason"] == "") for row in rows.values())
    assert all((row["match"] == "yes") == (row["recomputed"] != "") for row in rows.values())
    own = read_exported(published_curves / "Result_OSC_LSTM-H.csv").mean[50][-1]
    assert float(rows[H50]["recomputed"]) == own


def test_without_curves_the_areas_remain(tmp_path: Path) -> None:
    rows = recomputed(tmp_path)
    assert counts(list(rows.values())) == {"yes": 16, "no": 0, "not run": 360}
    assert {key.model for key, row in rows.items() if row["match"] == "yes"} == {"schedule"}
    assert rows[H50]["reason"] == "Result_OSC_LSTM-H.csv is missing"


def test_another_published_value_does_not_match(published_curves: Path) -> None:
    numbers = [Number(n.key, "8.8850e-07" if n.key == H50 else n.value, n.source) for n in NUMBERS]
    rows = recomputed(published_curves, numbers)
    assert [key for key, row in rows.items() if row["match"] == "no"] == [H50]
    assert rows[H50]["reason"] == "recomputed, it is printed as 8.8849e-07"
    lines = list(as_text(list(rows.values())))
    assert lines[3].split() == ["LSTM", "89", "1", "0"]
    assert any(
        line.startswith("no: LSTM H final_val_loss 50: published 8.8850e-07") for line in lines
    )
    with pytest.raises(UserError, match="1 of 196 recomputed numbers"):
        require_matches(list(rows.values()), Path("numbers.csv"))


def test_a_missing_file_leaves_its_numbers_out(curves: Path) -> None:
    (curves / "Result_CIFAR10_CNN_ACC-EH.csv").unlink()
    rows = recomputed(curves)
    missing = {key for key, row in rows.items() if (key.model, row["match"]) == ("CNN", "not run")}
    assert missing == {n.key for n in NUMBERS if (n.key.model, n.key.scheduler) == ("CNN", "EH")}
    require_matches(list(rows.values()), Path("numbers.csv"))


def test_changed_curves_are_used_and_reported(curves: Path) -> None:
    path = curves / "Result_OSC_LSTM-H.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[50] = "50,9.9e-07," + lines[50].split(",", 2)[2]
    path.write_text("".join(lines))
    row = recomputed(curves)[H50]
    assert (row["match"], row["recomputed"]) == ("no", "9.9e-07")
    assert "Result_OSC_LSTM-H.csv is not the authors' file" in row["reason"]
    assert row["reason"].endswith("printed as 9.9e-07")


def test_curves_of_fewer_budgets_leave_numbers_out(curves: Path) -> None:
    path = curves / "Result_OSC_LSTM-H.csv"
    rows = [line.split(",")[:10] for line in path.read_text().splitlines()[:151]]
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    found = recomputed(curves)
    last = found[H50._replace(budget="200")]
    assert found[H50]["match"] == "yes"
    assert (last["match"], last["recomputed"]) == ("not run", "")
    assert last["reason"].endswith("no such value follows")


def test_a_broken_file_is_named(curves: Path) -> None:
    path = curves / "Result_OSC_LSTM-H.csv"
    path.write_text(path.read_text()[:-100])
    with pytest.raises(UserError, match=r"Result_OSC_LSTM-H\.csv"):
        recomputed(curves)


def test_one_name_twice_is_refused(published_curves: Path, curves: Path) -> None:
    name = "Result_OSC_LSTM-H.csv"
    with pytest.raises(UserError, match="same name"):
        recompute(NUMBERS, [published_curves / name, curves / name], CHECKSUMS)


def run_rows(label: str) -> list[dict]:
    """Rows of all metrics for two seeds at two budgets, loss and accuracy."""
    rng = np.random.default_rng(1)
    seeds = {b: {s: rng.uniform(0.1, 0.9, b) for s in (89, 231)} for b in (50, 100)}
    sets = [CurveSet.from_seeds(label, "H", q, seeds) for q in ("loss", "accuracy")]
    return [row for name in TABLES for row in metrics()[name].compute(sets)]


def test_values_of_a_run_are_those_of_its_mean_curves(tmp_path: Path) -> None:
    rows = run_rows("CIFAR10_CNN")
    values = published_value(rows)
    slcd = [r for r in rows if r["quantity"] == "slcd" and "seed" not in r]
    (by_accuracy,) = (row["value"] for row in slcd if row["definition"] == "accuracy")
    assert len(slcd) == 3
    assert values["CNN", "H", "slcd", "50", "100"] == by_accuracy
    write_table(rows, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as stream:
        assert published_value(csv.DictReader(stream)) == values


def test_values_of_another_optimizer_are_left_out() -> None:
    schedules = {key for key in published_value(run_rows("CIFAR10_CNN")) if key.model == "schedule"}
    assert set(published_value(run_rows("CIFAR10_CNN_Adam"))) == schedules
    assert len(schedules) == 16


def test_no_number_is_claimed_twice() -> None:
    rows = run_rows("OSC_LSTM")
    with pytest.raises(ValueError, match="two rows claim"):
        published_value([*rows, rows[0]])


def test_the_configuration_says_where_curves_come_from(tmp_path: Path) -> None:
    names = ("Result_OSC_LSTM-H.csv", "Result_OSC_LSTM-P.csv")
    assert curve_files("", names) == []
    assert curve_files("download", names) == [str(CACHE / name) for name in names]
    with pytest.raises(UserError, match="holds none"):
        curve_files(str(tmp_path), names)
    (tmp_path / names[1]).touch()
    (tmp_path / "Result_OSC_LSTM-Prodigy.csv").touch()
    assert curve_files(str(tmp_path), names) == [str(tmp_path / names[1])]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"published_curves: found 'nowhere'.*folder or download"):
        load({"published_curves": "nowhere"})
    assert load({"published_curves": str(tmp_path)}).published_curves == str(tmp_path)


@pytest.mark.slow
def test_the_workflow_verifies(published_curves: Path, tmp_path: Path) -> None:
    """For real: a relative folder, then a changed number, then a changed curve."""
    checkout = Checkout.make(tmp_path / "checkout")
    shutil.copytree(published_curves, checkout.folder / "authors", copy_function=shutil.copy)
    target = ("verify_published", "--config", "published_curves=authors")
    output = checkout.snakemake(*target)
    assert ["all", "196", "0", "180"] in [line.split() for line in output.splitlines()]
    with (checkout.folder / "results/published/numbers.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert counts(rows) == {"yes": 196, "no": 0, "not run": 180}
    assert checkout.plan(*target) == {("verify_published",)}

    checkout.edit("config/published/final.csv", "8.8849e-07", "8.8848e-07")
    output = checkout.snakemake(*target, fails=True)
    assert "1 of 196 recomputed numbers are not the published ones" in output
    assert "printed as 8.8849e-07" in checkout.read("results/published/numbers.csv")

    (checkout.folder / "authors" / "Result_OSC_LSTM-EH.csv").unlink()
    assert ("recompute_published",) in checkout.plan(*target)


def test_the_newest_tool_gives_losses_meaningless_values(published_curves: Path) -> None:
    """Smoothing raw losses makes some of them negative, so that a difference leaves 0..1."""
    sets = [read_exported(path) for path in published_curves.glob("Result_OSC_LSTM-*.csv")]
    values = {
        (row["scheduler"], row["budget"], row["other_budget"]): row["value"]
        for row in metrics()["slcd"].compute(sets)
        if (row["quantity"], row["definition"]) == ("slcd", "raw")
    }
    assert round(values["H", 50, 100], 3) == -0.041
    assert max(values, key=lambda key: values[key]) == ("P", 100, 150)
    assert values["P", 100, 150] > 1


def test_budget_free_methods_have_no_difference(published_curves: Path) -> None:
    """N and E train alike at every budget, so their true difference is 0."""
    sets = [read_exported(published_curves / f"Result_OSC_LSTM-{code}.csv") for code in "NE"]
    for curves in sets:
        for budget, curve in curves.mean.items():
            assert (curve == curves.mean[200][:budget]).all()
