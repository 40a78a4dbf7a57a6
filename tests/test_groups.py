"""Figures of groups of methods at one budget, and the table that two of them are drawn from."""

import csv
from pathlib import Path

import numpy as np
import pytest

from epochbudget.config.load import load
from epochbudget.curves import CurveSet
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.figures import group, rates_and_losses, summary, summary_table
from epochbudget.figures.drawing.style import method_style
from epochbudget.metrics.definitions.table import write_table
from epochbudget.raw_runs import read_all, read_runs
from epochbudget.registry import metrics
from figure_samples import runs_file, text_of

CODES = ("S", "E", "OC", "C")
SCALE = {"run": "tutorial", "seeds": 2, "budgets": [12]}
NAMES = {"S": "StepLR", "E": "ExponentialLR", "OC": "OneCycleLR", "C": "CosineAnnealingLR"}
QUANTITIES = ["lr", "train_loss", "loss", "accuracy"]
SUMMARY = {**SCALE, "label": "Tutorial_MLP", "codes": list(CODES)}
GROUPS = {
    "models": ["Tutorial_MLP", "OSC_LSTM"],
    "methods": ["S", "E", "OC", "C"],
    "methods_by_model": {"OSC_LSTM": ["C"]},
    "groups": {"basic": ["S", "E"], "more_cycles": ["OC", "C"]},
}


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [runs_file(tmp_path, code) for code in CODES]


@pytest.fixture
def tables(runs: list[Path], tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.csv" for name in summary.TABLES]
    for name, path in zip(summary.TABLES, paths, strict=True):
        metric = metrics()[name]
        write_table(metric.compute(read_all(runs, metric.quantities)), path)
    return paths


def cells(tables: list[Path], quantity: str) -> dict[str, float]:
    """Values of the means by code."""
    found = {}
    for table in tables:
        with table.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        own = [r for r in rows if r["quantity"] == quantity and not r["seed"]]
        found |= {row["scheduler"]: float(row["value"]) for row in own}
    return found


# Which figures there are ------------------------------------------------------------------


def test_figures_of_groups_are_there_where_groups_are_configured() -> None:
    kinds = ("group", "rates_and_losses", "summary", "summary_table")
    default = Experiment(load({})).drawings.values()
    assert not [drawing for drawing in default if drawing.kind in kinds]
    found = {n: d for n, d in Experiment(load(GROUPS)).drawings.items() if d.kind in kinds}
    assert set(found) == {
        "group_Tutorial_MLP-basic",
        "group_Tutorial_MLP-more_cycles",
        "group_OSC_LSTM-more_cycles",
        *(f"{k}_{m}" for k in kinds[1:] for m in ("Tutorial_MLP", "OSC_LSTM")),
    }
    cycles = found["group_Tutorial_MLP-more_cycles"]
    assert cycles.inputs == tuple(
        f"results/demo/curves/Result_Tutorial_MLP-{code}.parquet" for code in ("OC", "C")
    )
    assert cycles.labels == ("Tutorial_MLP", "Tutorial_MLP_ACC")
    assert cycles.options["title"] == "Tutorial_MLP: more cycles"
    assert cycles.options["budgets"] == [21]
    assert found["group_OSC_LSTM-more_cycles"].options["quantities"] == QUANTITIES[:3]
    assert found["summary_OSC_LSTM"].inputs == tuple(
        f"results/demo/metrics/{name}.csv" for name in ("training", "final", "best")
    )
    assert found["summary_Tutorial_MLP"].codes == ("S", "E", "OC", "C")
    studies = Experiment(load({**GROUPS, "mode": "optimize"})).drawings.values()
    assert not [drawing for drawing in studies if drawing.kind in kinds]


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"a": ["ZZ"]}, "groups.a: found 'ZZ'"),
        ({"a": ["N", "N"]}, "groups.a: found 'N' twice"),
        ({"a": []}, "groups.a: found an empty list"),
        ({"a/b": ["N"]}, "groups.'a/b': found"),
    ],
)
def test_groups_that_cannot_be_drawn_are_refused(groups: dict, said: str) -> None:
    with pytest.raises(UserError, match="groups") as error:
        load({"groups": groups})
    assert said in str(error.value)


# What they show ---------------------------------------------------------------------------


def test_a_group_has_axes_for_each_quantity_with_the_runs_values(runs: list[Path]) -> None:
    options = {**SCALE, "title": "Tutorial_MLP: all", "methods": NAMES, "quantities": QUANTITIES}
    canvas = group.draw(options, runs)
    assert [axes.get_ylabel() for axes in canvas.axes] == list(group.PANELS.values())
    assert [axes.get_yscale() for axes in canvas.axes] == ["linear", "log", "log", "linear"]
    for axes, quantity in zip(canvas.axes, QUANTITIES, strict=True):
        for line, path, code in zip(axes.lines, runs, CODES, strict=True):
            assert line.get_ydata().tolist() == read_runs(path, quantity).mean[12].tolist()
            assert line.get_xdata()[0] == 1
            assert line.get_color() == method_style(code)["color"]
    assert "StepLR (S)" in text_of(canvas)


def test_a_regressor_has_no_axes_of_accuracy(runs: list[Path]) -> None:
    options = {**SCALE, "title": "x", "methods": NAMES, "quantities": QUANTITIES[:3]}
    assert len(group.draw(options, runs).axes) == 3


def test_rates_stand_before_their_losses(runs: list[Path]) -> None:
    # As a job gets them: JSON with sorted keys, so that names are in another order than the files.
    options = {**SCALE, "label": "Tutorial_MLP", "methods": dict(sorted(NAMES.items()))}
    canvas = rates_and_losses.draw(options, runs)
    panels, behind = canvas.axes[: len(CODES)], canvas.axes[len(CODES) :]
    assert canvas.axes[0].get_subplotspec().get_gridspec().get_geometry() == (2, 2)
    for code, rate, loss, path in zip(CODES, panels, behind, runs, strict=True):
        assert rate.get_title() == f"{NAMES[code]} ({code})"
        assert rate.lines[0].get_color() == method_style(code)["color"]
        assert rate.lines[0].get_ydata().tolist() == read_runs(path, "lr").mean[12].tolist()
        assert loss.lines[0].get_ydata().tolist() == read_runs(path, "loss").mean[12].tolist()
        assert rate.get_zorder() > loss.get_zorder()
    assert len({loss.get_ylim() for loss in behind}) == 1
    assert [bool(loss.get_ylabel()) for loss in behind] == [False, True, False, True]


def test_bars_are_the_tables_values(tables: list[Path]) -> None:
    canvas = summary.draw(SUMMARY, tables)
    for axes, quantities in zip(canvas.axes, summary.PANELS.values(), strict=True):
        expected = [cells(tables, q)[code] for q in quantities for code in CODES]
        assert [patch.get_height() for patch in axes.patches] == expected
        assert [tick.get_text() for tick in axes.get_xticklabels()] == list(CODES)
    assert canvas.axes[2].get_ylabel().startswith("validation accuracy (axis starts at")


def test_the_table_shows_its_values_and_the_best_of_each_column(tables: list[Path]) -> None:
    canvas = summary_table.draw(SUMMARY, tables)
    texts = canvas.axes[0].texts
    shown = {t.get_text(): t.get_weight() for t in texts}
    losses = cells(tables, "final_val_loss")
    for value in losses.values():
        expected = "bold" if value == min(losses.values()) else "normal"
        assert shown[f"{value:#.4g}"] == expected
    assert "best\nvalidation accuracy" in shown
    assert "CosineAnnealingLR (C)" in shown


def test_a_table_without_the_model_is_named(tables: list[Path]) -> None:
    with pytest.raises(UserError, match=r"training\.csv has no rows of OSC_LSTM at 12 epochs"):
        summary.draw({**SUMMARY, "label": "OSC_LSTM"}, tables)


# The metric -------------------------------------------------------------------------------


def test_the_training_loss_is_that_of_the_last_epoch() -> None:
    curves = {
        2: {1: np.array([3.0, 1.0]), 2: np.array([5.0, 4.0])},
        3: {1: np.array([3.0, 1.0, 2.0]), 2: np.array([5.0])},
    }
    sets = [CurveSet.from_seeds("X", "C", "train_loss", curves)]
    rows = metrics()["training"].compute(sets)
    assert {row["quantity"] for row in rows} == {"final_train_loss"}
    assert {(row["budget"], row.get("seed")): row["value"] for row in rows} == {
        (2, 1): 1.0,
        (2, 2): 4.0,
        (2, None): 2.5,
        (3, 1): 2.0,
        (3, None): 2.0,
    }


def test_training_losses_are_read_for_their_own_table_alone(
    runs: list[Path], tables: list[Path]
) -> None:
    assert {curves.quantity for curves in read_all(runs)} == {"loss", "accuracy"}
    assert set(cells(tables[:1], "final_train_loss")) == set(CODES)
    for code, path in zip(CODES, runs, strict=True):
        loss = read_runs(path, "train_loss").mean[12][-1]
        assert cells(tables, "final_train_loss")[code] == pytest.approx(loss)
