"""Figures of results: all methods of a model, two budgets, bars, SLCD, power laws, studies, the
overview, and the same from the authors' curves.
"""

import math
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from conftest import ROOT
from epochbudget import registry
from epochbudget.config.load import load_files
from epochbudget.curves import CurveSet, export, read_exported
from epochbudget.experiment import Experiment
from epochbudget.figures import bars, methods, overview, power_law, slcd
from epochbudget.figures import two_budgets as examples
from epochbudget.figures.drawing.style import method_style, save
from epochbudget.metrics.slcd import compute as slcd_rows
from epochbudget.published.drawings import published_drawings
from figure_samples import column, text_of

BUDGETS = (12, 15)
OPTIONS = {"run": "demo", "seeds": 2, "budgets": list(BUDGETS)}
CODES = ("N", "C", "EH")


def curve_file(folder: Path, code: str, label: str = "OSC_LSTM") -> Path:
    """Curves of 12 and 15 epochs that depend on the method, and on the budget unless it is N."""
    rate = 0.1 + 0.05 * CODES.index(code)
    speed = {b: rate if code == "N" else rate * 15 / b for b in BUDGETS}
    mean = {b: np.exp(-speed[b] * np.arange(1, b + 1)) for b in BUDGETS}
    quantity = "accuracy" if label.endswith("_ACC") else "loss"
    if quantity == "accuracy":
        mean = {b: 1 - 0.5 * values for b, values in mean.items()}
    low, high = ({b: end * values for b, values in mean.items()} for end in (0.9, 1.1))
    path = folder / f"Result_{label}-{code}.csv"
    export(CurveSet(label.removesuffix("_ACC"), code, quantity, mean, low, high), path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [curve_file(tmp_path, code) for code in CODES]


@pytest.fixture
def both(files: list[Path], tmp_path: Path) -> list[Path]:
    """A classifier's accuracies, and the losses of a regressor."""
    return [*(curve_file(tmp_path, code, "DIGITS_CNN_ACC") for code in CODES), *files]


# All methods, two budgets ------------------------------------------------------------------


def test_all_methods_have_axes_with_a_line_for_each_budget(files):
    canvas = methods.draw(OPTIONS, files)
    assert [axes.get_title() for axes in canvas.axes] == list(CODES)
    for axes, path, code in zip(canvas.axes, files, CODES, strict=True):
        assert axes.get_yscale() == "log"
        assert axes.get_xlabel() == "epoch"
        for line, budget in zip(axes.lines, BUDGETS, strict=True):
            assert list(line.get_xdata()) == list(range(1, budget + 1))
            assert list(line.get_ydata()) == column(path, f"{code}{budget}_val_loss")
    assert len({axes.get_ylim() for axes in canvas.axes}) == 1
    assert {"validation loss", "12", "15", "run demo · 2 seeds · budgets 12/15"} <= set(
        text_of(canvas)
    )


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (6, (2, 3)), (13, (3, 5)), (15, (3, 5))])
def test_any_number_of_methods_has_a_place(tmp_path, count, shape):
    from epochbudget.figures.drawing.panels import method_panels

    codes = list(registry.methods())[:count]
    canvas, panels = method_panels("LSTM", OPTIONS, codes, ("epoch", "loss"))
    assert list(panels) == codes
    assert len(canvas.axes) == count
    assert canvas.axes[0].get_subplotspec().get_gridspec().get_geometry() == shape
    assert sum(axes.get_xlabel() == "epoch" for axes in canvas.axes) == min(shape[1], count)


def test_two_budgets_are_the_smallest_and_the_largest(tmp_path):
    paths = [curve_file(tmp_path, code) for code in ("C", "EH")]
    names = [registry.methods()[code].name for code in ("C", "EH")]
    options = {**OPTIONS, "budgets": [12, 13, 15], "methods": names}
    canvas = examples.draw(options, paths)
    assert [axes.get_title() for axes in canvas.axes] == [
        "CosineAnnealingLR (C)",
        "ExpHyperbolicLR (EH)",
    ]
    for axes, path, code in zip(canvas.axes, paths, ("C", "EH"), strict=True):
        drawn = [list(line.get_ydata()) for line in axes.lines]
        assert drawn == [column(path, f"{code}{b}_val_loss") for b in (12, 15)]
        assert len(axes.collections) == 2  # the ranges of the seeds


# Bars, SLCD, power laws, overview ----------------------------------------------------------


def test_bars_stand_in_groups_of_budgets_in_the_methods_colours(both):
    canvas = bars.draw(OPTIONS, both)
    assert [axes.get_title() for axes in canvas.axes] == ["DIGITS_CNN", "OSC_LSTM"]
    assert [axes.get_yscale() for axes in canvas.axes] == ["linear", "log"]
    axes = canvas.axes[1]
    assert axes.get_xlabel() == "budget (epochs)"
    assert axes.get_ylabel() == "final validation loss"
    assert "axis starts at" in canvas.axes[0].get_ylabel()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["12", "15"]
    drawn = sorted((patch.get_x(), patch) for patch in axes.patches)
    last = {
        p: {b: column(p, f"{c}{b}_val_loss")[-1] for b in BUDGETS}
        for p, c in zip(both[3:], CODES, strict=True)
    }
    expected = [last[path][budget] for budget in BUDGETS for path in both[3:]]
    assert [patch.get_height() for _, patch in drawn] == expected
    colors = [matplotlib.colors.to_hex(patch.get_facecolor()) for _, patch in drawn]
    assert colors == [method_style(code)["color"] for code in CODES] * 2


def test_slcd_cells_are_the_metrics_values(files):
    canvas = slcd.draw(OPTIONS, files)
    (axes,) = canvas.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["12, 15", "mean"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(CODES)
    rows = slcd_rows([read_exported(path) for path in files])
    values = {
        r["scheduler"]: r["value"] for r in rows if r["definition"] == "log" and "budget" in r
    }
    table = axes.images[0].get_array()
    assert table[:, 0].tolist() == table[:, 1].tolist() == [values[code] for code in CODES]
    assert values["N"] < 1e-12 < values["EH"]
    assert [text.get_text() for text in axes.texts][4:] == 2 * [f"{values['EH']:.4f}"]


def test_slcd_of_short_budgets_is_a_dash(tmp_path):
    path = tmp_path / "Result_OSC_LSTM-N.csv"
    curves = {2: np.array([1.0, 0.5]), 3: np.array([1.0, 0.5, 0.2])}
    export(CurveSet("OSC_LSTM", "N", "loss", curves, curves, curves), path)
    canvas = slcd.draw({**OPTIONS, "budgets": [2, 3]}, [path])
    assert [text.get_text() for text in canvas.axes[0].texts] == ["–", "–"]
    assert "no SLCD: budgets too short" in text_of(
        overview.draw({**OPTIONS, "budgets": [2, 3]}, [path])
    )


def test_power_laws_are_fitted_to_the_means(files):
    canvas = power_law.draw(OPTIONS, files)
    for axes, path, code in zip(canvas.axes, files, CODES, strict=True):
        points, line = axes.lines
        finals = [column(path, f"{code}{budget}_val_loss")[-1] for budget in BUDGETS]
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert list(points.get_ydata()) == finals
        np.testing.assert_allclose(line.get_ydata(), finals)  # two points lie on their line
        slope = math.log(finals[1] / finals[0]) / math.log(15 / 12)
        assert axes.get_title() == f"{code}: B = {slope:.3g}".replace("-", "−")


def test_the_overview_has_one_point_a_method(both):
    canvas = overview.draw(OPTIONS, both)
    assert [axes.get_title() for axes in canvas.axes] == ["DIGITS_CNN", "OSC_LSTM"]
    axes = canvas.axes[1]
    assert axes.get_xlabel().startswith("mean SLCD")
    expected = {
        r["scheduler"]: r["value"]
        for r in slcd_rows([read_exported(p) for p in both[3:]])
        if r["quantity"] == "slcd_mean" and r["definition"] == "log"
    }
    for line, path, code in zip(axes.lines, both[3:], CODES, strict=True):
        assert line.get_color() == method_style(code)["color"]
        assert list(line.get_xdata()) == [expected[code]]
        assert list(line.get_ydata()) == [column(path, f"{code}15_val_loss")[-1]]
    assert [text.get_text() for text in canvas.legends[0].get_texts()] == list(CODES)
    corners = [next(t for t in a.texts).get_va() for a in canvas.axes]
    assert corners == ["top", "bottom"]  # a good accuracy is high, a good loss low


# Studies -----------------------------------------------------------------------------------


def test_every_model_of_the_default_run_has_its_figures():
    found = Experiment(load_files([ROOT / "config" / "config.yaml"])).drawings
    losses = {"OSC_LSTM", "Integral_MLP", "Integral_TF", "DIGITS_CNN"}
    curves = {
        f"{kind}_{label}"
        for kind in ("methods", "slcd", "power_law", "comparison")
        for label in (*losses, "DIGITS_CNN_ACC")
    }
    studies = {f"study_{label}" for label in losses}
    single = {"bars_CNN_LSTM", "bars_DeepONet_TraONet", "two_budgets_OSC_LSTM", "overview"}
    assert curves | studies | single | {"two_budgets_Integral_MLP"} <= set(found)
    assert not [name for name in found if name.startswith("importance")]  # of too few trials
    assert not any("_ACC" in path for path in found["overview"].inputs if "DIGITS" not in path)
    assert all("DIGITS_CNN_ACC" in p for p in found["overview"].inputs if "DIGITS" in p)


@pytest.mark.parametrize(
    ("mode", "absent"),
    [("optimize", ("methods", "overview", "bars")), ("compare", ("study", "importance"))],
)
def test_a_mode_has_only_the_figures_of_what_it_makes(mode, absent):
    files = [ROOT / "config" / name for name in ("config.yaml", "paper.yaml")]
    config = load_files(files).model_copy(update={"mode": mode})
    found = Experiment(config).drawings
    assert not [name for name in found if name.startswith(absent)]
    assert ("importance_OSC_LSTM" in found) == (mode == "optimize")


def test_the_authors_curves_give_the_papers_figures(published_curves):
    files = sorted(map(str, published_curves.glob("*.csv")))
    assert len(files) == 18
    found = published_drawings(files)
    labels = ("OSC_LSTM", "CIFAR10_CNN", "CIFAR10_CNN_ACC")
    pairs = {f"learning_curve_{Path(file).stem.removeprefix('Result_')}" for file in files}
    kinds = {f"{k}_{n}" for k in ("methods", "slcd", "power_law", "comparison") for n in labels}
    assert set(found) == pairs | kinds | {"bars_CNN_LSTM", "two_budgets_OSC_LSTM", "overview"}
    assert found["slcd_OSC_LSTM"].inputs == tuple(
        str(published_curves / f"Result_OSC_LSTM-{code}.csv")
        for code in ("N", "P", "C", "E", "H", "EH")
    )
    assert found["overview"].options["seeds"] == 5


def test_published_numbers_stand_in_the_published_figures(published_curves):
    found = published_drawings(sorted(map(str, published_curves.glob("*.csv"))))
    drawing = found["power_law_OSC_LSTM"]
    canvas = power_law.draw(drawing.options, [Path(path) for path in drawing.inputs])
    titles = {axes.get_title().split(":")[0]: axes.get_title() for axes in canvas.axes}
    assert titles["P"].endswith("R² = 0.278")
    assert "run published · 5 seeds · budgets 50/100/150/200" in text_of(canvas)


def test_no_curves_no_figures():
    assert published_drawings([]) == {}


def test_the_same_map_has_the_same_bytes(files, tmp_path):
    for name in ("a", "b"):
        save(slcd.draw(OPTIONS, files), tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    for form in ("png", "pdf"):
        first, second = ((tmp_path / f"{name}.{form}").read_bytes() for name in "ab")
        assert first == second
