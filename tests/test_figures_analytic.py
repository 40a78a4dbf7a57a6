"""Figures that need no training: which they are, and that they show the closed forms."""

import math
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from conftest import ROOT
from epochbudget import registry
from epochbudget.config.load import load_files
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.figures.drawing.style import method_style, nested, staggered
from epochbudget.metrics import learning_rates
from epochbudget.metrics.definitions.table import write_table
from workflow import Checkout

OF_SCHEDULES = {
    *("schedule_overview", "hyperbola", "initial_gradient", "decay_rate"),
    *("lr_budget", "lr_budget_relative"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("metrics")
    for name in ("learning_rates", "decay_rate", "lr_budget"):
        write_table(registry.metrics()[name].compute([]), folder / f"{name}.csv")
    return folder


@pytest.fixture(scope="module")
def drawn(experiment, tables):
    """Draws a figure of the default run by its name."""

    def draw(name: str, **changes) -> Canvas:
        drawing = experiment.drawings[name]
        inputs = [tables / Path(path).name for path in drawing.inputs]
        return registry.figures()[drawing.kind].draw({**drawing.options, **changes}, inputs)

    return draw


def lines_of(axes) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """(x, y) of each line that the legend names."""
    named = [line for line in axes.lines if not line.get_label().startswith("_")]
    return {line.get_label(): (line.get_xdata(), line.get_ydata()) for line in named}


def texts(canvas: Canvas) -> list[str]:
    return [text.get_text() for text in canvas.findobj(matplotlib.text.Text)]


# Which figures there are ------------------------------------------------------------------


def test_analytic_figures_are_those_that_no_curve_enters(experiment):
    names = {Path(path).stem for path in experiment.analytic_figures}
    schedules = {f"schedule_{code}" for code in experiment.methods}
    assert names == OF_SCHEDULES | schedules | {"oscillator"}
    pairs = [(f"figures/demo/{n}.png", f"figures/demo/{n}.pdf") for n in names]
    assert set(experiment.analytic_figures) == {path for pair in pairs for path in pair}
    assert set(experiment.analytic_figures) < set(experiment.results)


def test_data_of_the_network_or_the_user_are_not_generated():
    files = [ROOT / "config/config.yaml", ROOT / "config/paper.yaml"]
    generated = Experiment(load_files(files))._generated
    assert generated("oscillator")
    assert not generated("cifar10")


def test_the_target_trains_nothing(tmp_path):
    jobs = Checkout.make(tmp_path / "checkout").plan("figures_analytic")
    assert {job[0] for job in jobs} == {"figure", "metric", "generate_data", "figures_analytic"}
    metrics = {job[1] for job in jobs if job[0] == "metric"}
    assert metrics == {"learning_rates", "decay_rate", "lr_budget"}
    assert [job[1] for job in jobs if job[0] == "generate_data"] == ["oscillator"]


@pytest.mark.parametrize("name", sorted(OF_SCHEDULES))
def test_every_axis_has_a_label_and_the_footer_the_run(name, drawn):
    canvas = drawn(name)
    assert "run demo" in texts(canvas)
    shown = [axes for axes in canvas.axes if axes.get_visible()]
    assert any("epoch" in axes.get_xlabel() for axes in shown)
    if name not in ("schedule_overview", "lr_budget"):
        assert all(axes.get_xlabel() and axes.get_ylabel() for axes in shown)


@pytest.mark.parametrize("name", ["initial_gradient", "decay_rate", "lr_budget_relative"])
def test_methods_look_the_same_everywhere(name, drawn):
    for line in drawn(name).axes[0].lines:
        style = method_style(line.get_label())
        assert (line.get_color(), line.get_marker()) == (style["color"], style["marker"])


# Schedules --------------------------------------------------------------------------------


def test_the_overview_has_a_panel_for_each_method(drawn, experiment, tables):
    canvas = drawn("schedule_overview")
    assert len(canvas.axes) == len(experiment.methods) == 15
    table = learning_rates.read(tables / "learning_rates.csv", *experiment.methods)
    for axes, (code, expected) in zip(canvas.axes, table.items(), strict=True):
        assert code in axes.get_title()
        assert (axes.get_yscale() == "log") == (code in ("E", "EH", "WEH"))
        for budget, (epochs, rates) in lines_of(axes).items():
            assert list(rates) == expected.pop(int(budget))
            assert list(epochs) == list(range(int(budget)))
        assert not expected
    (legend,) = canvas.legends
    assert [text.get_text() for text in legend.get_texts()] == ["250", "500", "750", "1000"]


@pytest.mark.parametrize("codes", [["N"], ["N", "EH"], ["N", "P", "C", "H", "EH", "L", "WC"]])
def test_the_overview_of_fewer_methods_labels_the_foot_of_each_column(codes, drawn):
    canvas = drawn("schedule_overview", codes=codes, logarithmic=["EH"])
    shown = [axes for axes in canvas.axes if axes.get_visible()]
    assert len(shown) == len(codes)
    feet = [axes for axes in shown if axes.get_xlabel() == "epoch"]
    assert len(feet) == min(5, len(codes))
    assert all(axes.xaxis.get_tick_params()["labelbottom"] for axes in feet)


def test_nothing_of_the_overview_overlaps(drawn):
    canvas = drawn("schedule_overview")
    canvas.draw_without_rendering()
    boxes = [axes.title.get_window_extent() for axes in canvas.axes]
    boxes.append(canvas.legends[0].get_window_extent())
    pairs = [(a, b) for place, a in enumerate(boxes) for b in boxes[place + 1 :]]
    assert not any(a.overlaps(b) for a, b in pairs)


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("E", "gamma 0.96; the same at every budget"),
        ("P", "lr 1; power 0.5"),
        ("EH", "lr 1; infimum_lr 0.001; upper_bound 1000"),
        ("Prodigy", "scaled by the optimizer; the same at every budget"),
    ],
)
def test_schedules_tell_what_they_were_drawn_with(code, note, drawn):
    title = drawn(f"schedule_{code}").axes[0].get_legend().get_title().get_text()
    assert title.startswith("budget (epochs); ")
    assert title.endswith(note)


# The hyperbola ----------------------------------------------------------------------------


def test_the_hyperbola_stays_between_its_asymptotes_and_ends_at_n(drawn):
    left, _ = drawn("hyperbola").axes
    (n, h), *_ = lines_of(left).values()
    np.testing.assert_allclose((1000 * np.array(h)) ** 2, (1000 - n) ** 2 - 500**2, atol=1e-6)
    assert (max(n), min(n), min(h)) == (500, 0, 0)
    for line in left.lines[:2]:  # both branches, in full
        x, y = line.get_xdata(), line.get_ydata()
        np.testing.assert_allclose((1000 * y) ** 2, (1000 - x) ** 2 - 500**2, atol=1e-6)
        assert (abs(y) < abs(1 - x / 1000)).all()
    asymptotes = [line.get_ydata() for line in left.lines[2:4]]
    np.testing.assert_allclose(asymptotes, [[1.5, -1.5], [-1.5, 1.5]])
    points = next(line for line in left.lines if line.get_marker() == "o")
    assert list(zip(points.get_xdata(), points.get_ydata(), strict=True)) == [(500, 0), (1000, 0)]
    labels = [text.get_text() for text in left.texts]
    assert any(label.startswith("N = 500") for label in labels)
    assert any(label.startswith("U = 1000") for label in labels)


def test_the_moved_arcs_start_together_and_the_longest_is_straight(drawn):
    _, right = drawn("hyperbola").axes
    lines = lines_of(right)
    assert len(lines) == 4
    for budget, (n, change) in zip((250, 500, 750, 1000), lines.values(), strict=True):
        assert (n[0], change[0], n[-1]) == (0, 0, budget)
        assert change[-1] == pytest.approx(-math.sqrt(budget / 1000 * (2 - budget / 1000)))
        assert (np.array(change) <= -n / 1000 + 1e-12).all()
    np.testing.assert_allclose(change, -n / 1000, atol=1e-12)


# Gradients and budgets --------------------------------------------------------------------


def test_initial_gradients_are_the_closed_forms(drawn):
    axes = drawn("initial_gradient").axes[0]
    assert axes.get_yscale() == "log"
    assert "per epoch" in axes.get_ylabel()
    lines = lines_of(axes)
    n = np.arange(50, 1001, 10)
    slope = 1 / (1000 * np.sqrt(n / 1000 * (2 - n / 1000)))  # -h'(0) = 1/(U h(0))
    expected = {"P": 0.5 / n, "L": (1 - 1e-4) / n, "H": 0.999 * slope, "EH": math.log(1e3) * slope}
    assert list(lines) == list(expected)
    for code, (budgets, gradients) in lines.items():
        np.testing.assert_array_equal(budgets, n)
        np.testing.assert_allclose(gradients, expected[code], rtol=1e-12)


def test_decay_rates_are_those_of_the_table(drawn):
    axes = drawn("decay_rate").axes[0]
    assert axes.get_xlabel() == "epoch n / budget N"
    assert "per epoch" in axes.get_ylabel()
    t = np.arange(200)
    lines = lines_of(axes)
    assert list(lines) == ["P", "C", "L", "H", "EH"]
    for shares, _ in lines.values():
        np.testing.assert_allclose(shares, t / 200)
    np.testing.assert_allclose(lines["P"][1], 0.5 / 200 / np.sqrt(1 - t / 200))
    np.testing.assert_allclose(
        lines["C"][1], 0.5 * (1 - 1e-4) * np.pi / 200 * np.sin(np.pi * t / 200)
    )
    u = 1000 - t
    np.testing.assert_allclose(lines["H"][1], 0.999 * u / 1000 / np.sqrt(u**2 - 800**2))


def test_relative_budgets_are_proportional_but_for_the_hyperbolas(drawn):
    lines = lines_of(drawn("lr_budget_relative").axes[0])
    assert list(lines) == ["P", "C", "L", "H", "EH"]
    for code, (budgets, shares) in lines.items():
        assert list(budgets) == [50, 100, 150, 200, 250, 500]
        assert shares[3] == 1
        proportional = np.allclose(shares, np.array(budgets) / 200)
        assert proportional == (code in "PCL")
    widths = {
        line.get_label(): line.get_linewidth() for line in drawn("lr_budget_relative").axes[0].lines
    }
    assert widths["P"] > widths["C"] > widths["L"] == widths["H"] == widths["EH"]


def test_the_table_of_budgets_shows_the_metric(drawn, experiment):
    axes = drawn("lr_budget").axes[0]
    rows = [tick.get_text() for tick in axes.get_yticklabels()]
    budgets = [int(tick.get_text()) for tick in axes.get_xticklabels()]
    assert budgets == [50, 100, 150, 200, 250, 500]
    cells = np.array([text.get_text() for text in axes.texts], dtype=float).reshape(-1, 6)
    table = dict(zip(rows, cells.tolist(), strict=True))
    assert len(table) == 13 + 5  # methods with a rate, and the continuous ones
    assert table["Constant (N)"] == budgets
    assert table["PolynomialLR (P), continuous"] == [33.3, 66.7, 100, 133.3, 166.7, 333.3]
    assert "Prodigy" not in table
    shares = axes.collections[0].get_array().reshape(-1, 6)
    np.testing.assert_allclose(shares * budgets, cells, atol=0.05 + 1e-9)
    low, high = axes.get_ylim()
    assert low > high  # the first row is on top


@pytest.mark.parametrize("name", ["decay_rate", "lr_budget", "lr_budget_relative"])
def test_a_table_that_lacks_what_is_drawn_is_explained(name, experiment, tmp_path):
    drawing = experiment.drawings[name]
    path = tmp_path / Path(drawing.inputs[0]).name
    write_table([], path)
    with pytest.raises(UserError, match=r"has no .*make it anew: snakemake"):
        registry.figures()[drawing.kind].draw(drawing.options, [path])


# Telling lines apart ----------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "points"), [(5, 200), (4, 96), (3, 4)])
def test_staggered_markers_never_stand_at_the_same_point(lines, points):
    marked = []
    for place in range(lines):
        start, gap = staggered(place, lines, points)["markevery"]
        marked += range(start, points, gap)
        assert start < points
    assert len(set(marked)) == len(marked)


def test_lines_are_wider_below_those_that_cover_them():
    same, other = [1.0, 2.0], [1.0, 3.0]
    widths = [look["linewidth"] for look in nested([same, other, same, same])]
    assert widths[0] > widths[2] > widths[3] == widths[1]
