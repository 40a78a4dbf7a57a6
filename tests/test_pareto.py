"""The Pareto front of insensitivity and final loss: its metric and its figure."""

import csv
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure as Canvas

from conftest import ROOT
from epochbudget.config.load import load_files
from epochbudget.curves import CurveSet
from epochbudget.experiment import Experiment
from epochbudget.figures import pareto
from epochbudget.figures.drawing.front import Standing, said_of
from epochbudget.figures.drawing.labels import label_points
from epochbudget.figures.drawing.style import method_style, save, settle
from epochbudget.metrics.definitions.pareto import dominators
from epochbudget.metrics.definitions.slcd import logarithmic
from epochbudget.metrics.definitions.table import write_table
from epochbudget.registry import metrics
from figure_samples import text_of

BUDGETS = (12, 15, 18)
CODES = ("N", "C", "E", "H", "EH")
OPTIONS = {
    "run": "demo",
    "seeds": 2,
    "budgets": list(BUDGETS),
    "models": ["OSC_LSTM"],
    "codes": list(CODES),
}

coordinates = st.integers(0, 6).map(float) | st.floats(0, 10)
clouds = st.dictionaries(st.text("abcdef", min_size=1), st.tuples(coordinates, coordinates))


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    better = [a < b for a, b in zip(one, other, strict=True)]
    worse = [a > b for a, b in zip(one, other, strict=True)]
    return any(better) and not any(worse)


@given(clouds)
def test_the_front_is_what_comparing_all_pairs_gives(points):
    found = dominators(points)
    assert list(found) == list(points)
    front = [n for n in points if not any(beats(points[o], points[n]) for o in points)]
    assert [name for name in points if not found[name]] == front
    for name, several in found.items():
        assert set(several) == {o for o in front if beats(points[o], points[name])}
        assert several == sorted(several, key=lambda other: points[other])


# The metric -------------------------------------------------------------------------------


def curve_set(code: str, spread: float, level: float, label: str = "OSC_LSTM") -> CurveSet:
    """Two seeds; curves of different budgets differ by `spread`, and end near `level`."""
    seeds = {
        b: {s: level * s * (1 + np.exp(-np.arange(b) * (0.3 + spread * i))) for s in (1.0, 1.2)}
        for i, b in enumerate(BUDGETS)
    }
    return CurveSet.from_seeds(label, code, "loss", seeds)


def sets() -> list[CurveSet]:
    """N and E on the front; C, H and EH dominated."""
    levels = {"N": (0.0, 2.0), "C": (0.3, 1.5), "E": (0.1, 1.0), "H": (0.1, 3.0), "EH": (0.2, 2.5)}
    return [curve_set(code, *levels[code]) for code in CODES]


def test_rows_hold_both_coordinates_and_who_dominates():
    curves = sets()
    rows = metrics()["pareto"].compute(curves)
    assert {row["model"] for row in rows} == {"LSTM"}
    of = {c: [row for row in rows if row["scheduler"] == c] for c in CODES}
    for seed in (None, 1.2):
        own = {c: [row for row in of[c] if row.get("seed") == seed] for c in CODES}
        front = {c: r["value"] for c in CODES for r in own[c] if r["quantity"] == "pareto_front"}
        assert front == {"N": 1.0, "C": 0.0, "E": 1.0, "H": 0.0, "EH": 0.0}
        beaten = {
            c: [r["definition"] for r in own[c] if r["quantity"] == "dominated_by"] for c in CODES
        }
        assert beaten == {"N": [], "C": ["E"], "E": [], "H": ["N", "E"], "EH": ["N", "E"]}
    (cosine,) = (s for s in curves if s.code == "C")
    pairs = [(12, 15), (12, 18), (15, 18)]
    slcd = [logarithmic(cosine.mean[a], cosine.mean[b]) for a, b in pairs]
    values = {(r["quantity"], r.get("seed")): r["value"] for r in of["C"]}
    assert values["slcd_mean", None] == pytest.approx(sum(slcd) / 3)
    assert values["final_val_loss", None] == cosine.mean[18][-1]
    assert values["final_val_loss", 1.2] == cosine.seeds[18][1.2][-1]


def test_the_table_agrees_with_those_of_its_parts():
    curves = sets()
    rows = metrics()["pareto"].compute(curves)
    for name, quantity in (("slcd", "slcd_mean"), ("final", "final_val_loss")):
        own = [row for row in rows if row["quantity"] == quantity]
        assert own
        theirs = metrics()[name].compute(curves)
        assert all(row in theirs for row in own)


def test_models_stand_apart_and_accuracies_aside():
    other = curve_set("C", 0.0, 0.5, "Integral_MLP")
    accuracy = CurveSet.from_seeds("OSC_LSTM", "C", "accuracy", sets()[1].seeds)
    rows = metrics()["pareto"].compute([*sets(), other, accuracy])
    assert rows == [*metrics()["pareto"].compute([other]), *metrics()["pareto"].compute(sets())]


def test_one_budget_or_a_run_that_broke_off_has_no_point():
    whole = curve_set("N", 0.0, 2.0)
    alone = CurveSet.from_seeds("OSC_LSTM", "N", "loss", {12: whole.seeds[12]})
    assert metrics()["pareto"].compute([alone]) == []
    broken = {
        b: {s: c[: 15 if b == 18 else b] for s, c in d.items()} for b, d in whole.seeds.items()
    }
    diverged = CurveSet.from_seeds("OSC_LSTM", "C", "loss", broken)
    rows = metrics()["pareto"].compute([whole, diverged])
    assert {row["scheduler"] for row in rows} == {"N"}


# The figure -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("metrics") / "pareto.csv"
    write_table(metrics()["pareto"].compute(sets()), path)
    return path


def test_points_are_the_tables_values(table):
    (axes,) = pareto.draw(OPTIONS, [table]).axes
    with table.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if not row["seed"]]
    for line, code in zip(axes.lines, CODES, strict=False):
        own = {r["quantity"]: float(r["value"]) for r in rows if r["scheduler"] == code}
        assert line.get_xydata().tolist() == [[own["slcd_mean"], own["final_val_loss"]]]
        assert line.get_color() == method_style(code)["color"]
        assert line.get_marker() == method_style(code)["marker"]
        hollow = line.get_markerfacecolor() == "white"
        assert hollow == (own["pareto_front"] == 0)
    front = axes.lines[len(CODES)]
    on_front = [tuple(axes.lines[CODES.index(code)].get_xydata()[0]) for code in ("N", "E")]
    assert set(on_front) <= {(x, y) for x, y in front.get_xydata()}


def test_the_picture_says_who_is_on_the_front(table):
    said = "\n".join(text_of(pareto.draw(OPTIONS, [table])))
    assert "on the front: N, E" in said
    assert "H is dominated by N, E; EH is dominated by N, E" in said
    assert "Final loss at 18 epochs against sensitivity to the budget" in said
    assert "run demo · 2 seeds · budgets 12/15/18" in said


def test_a_method_on_the_front_is_dominated_by_none():
    standings = {"H": Standing(0.1, 1.0, (), ()), "EH": Standing(0.2, 2.0, (), ("H",))}
    assert said_of(standings, ("H", "EH")) == "on the front: H\nEH is dominated by H"


def test_an_slcd_of_zero_has_a_linear_axis(tmp_path):
    """Curves that are prefixes of each other, too short to be smoothed differently."""
    rows = metrics()["pareto"].compute(sets())
    zero = [{**r, "value": 0.0} if r["quantity"] == "slcd_mean" else r for r in rows]
    write_table(zero, tmp_path / "pareto.csv")
    (axes,) = pareto.draw(OPTIONS, [tmp_path / "pareto.csv"]).axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_short_budgets_have_a_remark(table):
    canvas = pareto.draw({**OPTIONS, "models": ["OSC_LSTM", "Integral_MLP"]}, [table])
    assert "no SLCD: budgets too short" in text_of(canvas)


def test_the_same_front_has_the_same_bytes(table, tmp_path):
    for name in ("a", "b"):
        save(pareto.draw(OPTIONS, [table]), tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    for form in ("png", "pdf"):
        first, second = ((tmp_path / f"{name}.{form}").read_bytes() for name in "ab")
        assert first == second


@pytest.mark.parametrize("seed", range(5))
def test_names_do_not_cover_each_other(seed):
    rng = np.random.default_rng(seed)
    points = {f"code{n}": tuple(point) for n, point in enumerate(rng.uniform(0, 1, (14, 2)))}
    canvas = Canvas(figsize=(4, 4), layout="constrained")
    axes = canvas.subplots()
    axes.plot(*zip(*points.values(), strict=True), "o")
    settle(canvas)
    label_points(axes, points, {})
    boxes = [text.get_window_extent() for text in axes.texts]
    assert {text.get_text() for text in axes.texts} == set(points)
    overlaps = [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if matplotlib.transforms.Bbox.intersection(a, b)
    ]
    assert overlaps == []


def test_several_budgets_have_one_picture_of_all_models():
    experiment = Experiment(load_files([ROOT / "config" / "config.yaml"]))
    drawing = experiment.drawings["pareto"]
    assert drawing.inputs == ("results/demo/metrics/pareto.csv",)
    assert drawing.labels == experiment.labels
    alone = experiment.config.model_copy(update={"budgets": (12,)})
    assert "pareto" not in Experiment(alone).drawings
