"""Figures: which ones an experiment has, and what they show."""

import json
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace

import matplotlib
import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure as Canvas

from epochbudget import registry
from epochbudget.curves import read_exported
from epochbudget.errors import UserError
from epochbudget.experiment import Pair
from epochbudget.figures import comparison, learning_curve, oscillator, schedule
from epochbudget.metrics.definitions.table import write_table
from epochbudget.schedules.rates import learning_rates
from figure_samples import (
    COMPARISON,
    CURVE,
    ENVIRONMENT,
    FINALS,
    curves_file,
    finals_files,
    oscillator_file,
)

METHODS = ("N", "C", "H", "EH", "WEH", "OC", "Prodigy")


def an_experiment(mode: str = "optimize_and_compare", **changes) -> SimpleNamespace:
    """The parts of an Experiment that figures use: a regressor and a classifier, two methods."""
    lstm = SimpleNamespace(classification=False, dataset="oscillator")
    cnn = SimpleNamespace(classification=True, dataset="digits")
    labels = {"OSC_LSTM": lstm, "DIGITS_CNN": cnn}
    paths = {
        "curves": "results/demo/curves/Result_{label}-{code}.csv",
        "metric": "results/demo/metrics/{metric}.csv",
        "data": "results/demo/data/{dataset}.parquet",
    }
    experiment = {
        "run": "demo",
        "mode": mode,
        "budgets": (4, 6),
        "methods": METHODS,
        "seeds": (89, 231),
        "labels": tuple(labels),
        "datasets": ("oscillator", "digits"),
        "pairs": tuple(
            Pair(label, task, registry.methods()[code], "AdamW")
            for label, task in labels.items()
            for code in ("EH", "N")
        ),
        "path": lambda kind, **names: paths[kind].format(**names),
    }
    return SimpleNamespace(**{**experiment, **changes})


def drawings_of(experiment: SimpleNamespace) -> dict:
    kinds = (learning_curve, comparison, schedule, oscillator)
    return {name: d for kind in kinds for name, d in kind.FIGURE.drawings(experiment).items()}


def text_of(canvas: Canvas) -> str:
    return "\n".join(text.get_text() for text in canvas.findobj(matplotlib.text.Text))


def legend_of(canvas: Canvas) -> list[str]:
    return [text.get_text() for text in canvas.axes[0].get_legend().get_texts()]


# Which figures there are ------------------------------------------------------------------


def test_registering_figures_imports_nothing_heavy():
    heavy = ("torch", "numpy", "pandas", "pyarrow", "numba", "matplotlib", "seaborn", "scipy")
    code = (
        "import sys; from epochbudget import registry; print(sorted(registry.figures()));"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    kinds, loaded = ran.stdout.splitlines()
    assert loaded == "[]"
    assert {"learning_curve", "comparison", "schedule", "oscillator"} <= set(eval(kinds))


def test_an_experiment_has_the_figures_of_its_results():
    found = drawings_of(an_experiment())
    curves = {
        f"learning_curve_{label}-{code}"
        for label in ("OSC_LSTM", "DIGITS_CNN", "DIGITS_CNN_ACC")
        for code in ("EH", "N")
    }
    comparisons = {f"comparison_{x}" for x in ("OSC_LSTM", "DIGITS_CNN", "DIGITS_CNN_ACC")}
    schedules = {f"schedule_{code}" for code in METHODS}
    assert set(found) == curves | comparisons | schedules | {"oscillator"}
    assert found["learning_curve_DIGITS_CNN_ACC-EH"].inputs == (
        "results/demo/curves/Result_DIGITS_CNN_ACC-EH.csv",
    )
    for label in ("OSC_LSTM", "DIGITS_CNN", "DIGITS_CNN_ACC"):  # no other model is needed
        assert found[f"comparison_{label}"].inputs == tuple(
            f"results/demo/curves/Result_{label}-{code}.csv" for code in ("N", "EH")
        )
    assert found["oscillator"].inputs == ("results/demo/data/oscillator.parquet",)
    table = ("results/demo/metrics/learning_rates.csv",)
    assert all(found[name].inputs == table for name in schedules)


def test_studies_alone_have_no_figures_of_curves():
    found = drawings_of(an_experiment(mode="optimize"))
    assert set(found) == {f"schedule_{code}" for code in METHODS} | {"oscillator"}


def test_no_oscillator_figure_without_the_oscillator():
    assert "oscillator" not in drawings_of(an_experiment(datasets=("digits",)))


def test_options_are_json_and_depend_on_no_more_than_the_picture_shows():
    before, after = drawings_of(an_experiment()), drawings_of(an_experiment(seeds=(89,)))
    changed = {name for name in before if before[name].options != after[name].options}
    assert changed == {n for n in before if n.startswith(("learning_curve", "comparison"))}
    for drawing in before.values():
        assert json.loads(json.dumps(drawing.options)) == drawing.options
        assert drawing.options["run"] == "demo"


# Learning curves --------------------------------------------------------------------------


@pytest.mark.parametrize(("quantity", "scale"), [("loss", "log"), ("accuracy", "linear")])
def test_learning_curves_show_the_exported_values(tmp_path, quantity, scale):
    path = curves_file(tmp_path, quantity)
    canvas = learning_curve.draw(CURVE, [path])
    (axes,) = canvas.axes
    assert (axes.get_yscale(), axes.get_xscale()) == (scale, "linear")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", f"validation {quantity}")
    assert legend_of(canvas) == ["4", "6"]
    curves = read_exported(path)
    for line, budget in zip(axes.lines, (4, 6), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, budget + 1))
        np.testing.assert_array_equal(line.get_ydata(), curves.mean[budget])
    for band, budget in zip(axes.collections, (4, 6), strict=True):
        ends = band.get_paths()[0].vertices[:, 1]
        assert set(curves.low[budget]) | set(curves.high[budget]) == set(ends)
    assert "DIGITS_CNN, ExpHyperbolicLR (EH)" in text_of(canvas)
    assert "run demo · 2 seeds · budgets 4/6" in text_of(canvas)


def test_the_band_is_an_option(tmp_path):
    canvas = learning_curve.draw({**CURVE, "band": False}, [curves_file(tmp_path)])
    assert len(canvas.axes[0].collections) == 0
    assert "band" not in text_of(canvas)


@pytest.mark.parametrize("lengths", [(2, 6), (0, 6)])
def test_a_diverged_budget_ends_early_but_keeps_its_line(tmp_path, lengths):
    path = curves_file(tmp_path, lengths=lengths)
    canvas = learning_curve.draw(CURVE, [path])
    canvas.draw_without_rendering()
    assert tuple(len(line.get_xdata()) for line in canvas.axes[0].lines) == lengths


def test_published_curves_can_be_drawn(published_curves):
    options = {"run": "published", "seeds": 5, "budgets": [50, 100, 150, 200], "band": True}
    path = published_curves / "Result_OSC_LSTM-EH.csv"
    (axes,) = learning_curve.draw({**options, "method": "ExpHyperbolicLR"}, [path]).axes
    assert [line.get_ydata()[-1] for line in axes.lines][-1] == 2.01662208265674e-08


# Comparison -------------------------------------------------------------------------------


def test_comparison_bars_show_the_final_values(tmp_path):
    canvas = comparison.draw(COMPARISON, finals_files(tmp_path))
    (axes,) = canvas.axes
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "final validation loss"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["N", "H", "EH"]
    assert legend_of(canvas) == ["4", "6"]
    for bars, budget in zip(axes.containers, (4, 6), strict=True):
        drawn = [FINALS[c, budget] for c in ("N", "H", "EH") if (c, budget) in FINALS]
        assert [bar.get_height() for bar in bars] == drawn
    assert text_of(canvas).count("×") == 2  # the budget that did not finish, and its explanation
    whisker = axes.collections[0].get_segments()[0]
    np.testing.assert_allclose(whisker[:, 1], [0.5e-3, 1.5e-3])
    low, high = axes.get_ylim()
    assert low < 0.5e-5
    assert high > 1.5e-3


def test_comparison_of_accuracies_says_where_its_axis_starts(tmp_path):
    canvas = comparison.draw(COMPARISON, finals_files(tmp_path, "accuracy"))
    (axes,) = canvas.axes
    assert "OSC_LSTM" in text_of(canvas).splitlines()  # the title, without _ACC
    assert axes.get_yscale() == "linear"
    assert axes.get_ylabel() == f"final validation accuracy (axis starts at {axes.get_ylim()[0]:g})"


def test_comparison_keeps_families_together_and_bars_apart(tmp_path):
    methods = [["N", "Traditional"], ["H", "Hyperbolic"], ["EH", "Traditional"]]
    canvas = comparison.draw({**COMPARISON, "methods": methods}, finals_files(tmp_path))
    (axes,) = canvas.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["N", "EH", "H"]
    assert text_of(canvas).count("Traditional") == 1
    spans = sorted((b.get_x(), b.get_x() + b.get_width()) for c in axes.containers for b in c)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_comparison_of_an_experiment_names_its_methods_in_order():
    options = comparison.FIGURE.drawings(an_experiment())["comparison_OSC_LSTM"].options
    assert options["methods"] == [["N", "Traditional"], ["EH", "Hyperbolic"]]


def test_a_model_whose_runs_all_diverged_is_drawn_with_crosses(tmp_path):
    canvas = comparison.draw(COMPARISON, finals_files(tmp_path, finals={}))
    assert text_of(canvas).count("×") == 1 + 3 * 2


# Schedules and oscillator -----------------------------------------------------------------


@pytest.fixture(scope="module")
def rates_table(tmp_path_factory):
    path = tmp_path_factory.mktemp("metrics") / "learning_rates.csv"
    write_table(registry.metrics()["learning_rates"].compute([]), path)
    return path


@pytest.mark.parametrize("code", METHODS)
def test_schedules_show_the_rates_of_the_scheduler(code, rates_table):
    options = schedule.drawings(an_experiment())[f"schedule_{code}"].options
    canvas = schedule.draw(options, [rates_table])
    (axes,) = canvas.axes
    assert axes.get_yscale() == ("log" if code in ("EH", "WEH") else "linear")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "learning rate")
    assert legend_of(canvas) == ["250", "500", "750", "1000"]
    values = {"lr": 1.0, "infimum_lr": 1e-3, "upper_bound": 1000}
    for line, budget in zip(axes.lines, (250, 500, 750, 1000), strict=True):
        rates = learning_rates(registry.methods()[code], values, budget, 1)
        assert list(line.get_ydata()) == rates
        assert list(line.get_xdata()) == list(range(budget))


def test_a_table_without_the_method_is_explained(tmp_path):
    path = tmp_path / "learning_rates.csv"
    write_table([], path)
    options = schedule.drawings(an_experiment())["schedule_EH"].options
    with pytest.raises(UserError, match=r"no learning rates of EH.*snakemake"):
        schedule.draw(options, [path])


def test_oscillator_shows_every_column_with_its_unit(tmp_path):
    path = oscillator_file(tmp_path)
    canvas = oscillator.draw({"run": "demo"}, [path])
    assert [axes.get_ylabel().split("(")[1] for axes in canvas.axes] == ["m)", "m/s)", "m/s²)"]
    assert canvas.axes[-1].get_xlabel() == "time t (s)"
    assert legend_of(canvas) == ["0", "0.01", "0.02"]
    table = pq.read_table(path)
    for axes, name in zip(canvas.axes, ("x", "v", "a"), strict=True):
        drawn = np.concatenate([line.get_ydata() for line in axes.lines])
        np.testing.assert_array_equal(drawn, table[name].to_numpy())
