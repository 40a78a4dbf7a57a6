import csv
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import savgol_filter
from scipy.stats import linregress

from epochbudget.curves import CurveSet
from epochbudget.metrics.base import COLUMNS
from epochbudget.metrics.definitions.improvement import improvements
from epochbudget.metrics.definitions.power_law import power_regression
from epochbudget.metrics.definitions.savgol import smooth
from epochbudget.metrics.definitions.slcd import logarithmic, relative
from epochbudget.metrics.definitions.table import write_table
from epochbudget.registry import metrics

# Within a factor of 6 no smoothed curve is negative: the negative weights add up to 42 of 231,
# the positive ones to 273, and 273 / 42 = 6.5.
narrow = st.integers(11, 40).flatmap(lambda n: arrays(float, n, elements=st.floats(1.0, 6.0)))
wide = st.integers(11, 40).flatmap(lambda n: arrays(float, n, elements=st.floats(1e-8, 1e2)))


# Plain implementations, one point after the other.

WEIGHTS = [-21, 14, 39, 54, 59, 54, 39, 14, -21]


def plain_smooth(values):
    smoothed = list(values)
    for i in range(4, len(values) - 4):
        smoothed[i] = sum(w * values[i + j - 4] for j, w in enumerate(WEIGHTS)) / 231
    return smoothed


def plain_relative(a, b):
    x, y = plain_smooth(a), plain_smooth(b)
    n = min(len(x), len(y))
    return sum(abs(x[i] - y[i]) / (x[i] + y[i]) for i in range(n)) / n


def plain_spline(losses):
    c = plain_smooth([math.log(loss) for loss in losses])
    last = len(c) - 1
    slopes = [(c[i + 1] - c[i - 1]) / 2 for i in range(1, last)]
    slopes = [
        (-3 * c[0] + 4 * c[1] - c[2]) / 2,
        *slopes,
        (3 * c[last] - 4 * c[last - 1] + c[last - 2]) / 2,
    ]

    def spline(t):  # t in epochs from 1, by the cubic's coefficients
        i = int(t) - 1
        u, rise = t - 1 - i, c[i + 1] - c[i]
        square = 3 * rise - 2 * slopes[i] - slopes[i + 1]
        cube = slopes[i] + slopes[i + 1] - 2 * rise
        return c[i] + u * (slopes[i] + u * (square + u * cube))

    return spline


def plain_logarithmic(a, b):
    n = min(len(a), len(b))
    first, second = plain_spline(a), plain_spline(b)
    total = 0.0
    for k in range((n - 10) * 50):
        t = 10 + (k + 0.5) / 50
        total += abs(math.tanh((first(t) - second(t)) / 2)) / 50
    return total / n


@given(a=narrow, b=narrow)
def test_relative_difference_equals_the_plain_loop(a, b):
    assert relative(a, b) == pytest.approx(plain_relative(a, b), rel=1e-10, abs=1e-14)


@given(a=wide, b=wide)
def test_logarithmic_difference_equals_the_plain_loop(a, b):
    assert logarithmic(a, b) == pytest.approx(plain_logarithmic(a, b), rel=1e-9, abs=1e-13)


def test_raw_definition_equals_the_plain_loop_where_smoothing_goes_below_zero():
    rng = np.random.default_rng(1)
    a, b = np.exp(rng.normal(0, 2, 50)), np.exp(rng.normal(0, 2, 70))
    assert smooth(a).min() < 0
    assert relative(a, b) == pytest.approx(plain_relative(a, b), rel=1e-10)


@pytest.mark.parametrize("difference", [relative, logarithmic])
@given(a=narrow, b=narrow, factor=st.floats(1e-3, 1e3))
def test_laws_of_both_definitions(difference, a, b, factor):
    """Symmetric, 0 for equal curves, and blind to a common factor: ratios and log differences."""
    value = difference(a, b)
    assert difference(b, a) == value
    assert difference(a, a) == 0
    assert difference(factor * a, factor * b) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(a=wide, b=wide)
def test_bounds(a, b):
    n = min(len(a), len(b))
    assert 0 <= logarithmic(a, b) <= (n - 10) / n
    if min(smooth(a).min(), smooth(b).min()) > 0:
        assert 0 <= relative(a, b) <= 1


@given(a=narrow, factor=st.floats(0.01, 100))
def test_difference_of_proportional_curves(a, factor):
    """|1 - f| / (1 + f) at every point, over n epochs and over the n - 10 after the tenth."""
    expected = abs(1 - factor) / (1 + factor)
    assert relative(a, factor * a) == pytest.approx(expected, abs=1e-9)
    share = (len(a) - 10) / len(a)
    assert logarithmic(a, factor * a) == pytest.approx(share * expected, abs=1e-9)


def test_no_value_where_there_is_none():
    ten = np.linspace(2, 1, 10)
    assert logarithmic(ten, ten) is None
    assert relative(ten, ten) == 0
    assert logarithmic(np.r_[ten, 0.0], np.r_[ten, 1.0]) is None
    assert relative(np.zeros(5), np.zeros(5)) is None


@given(values=wide)
def test_smoothing_against_scipy(values):
    expected = savgol_filter(values, 9, 2)[4:-4]
    np.testing.assert_allclose(smooth(values)[4:-4], expected, rtol=1e-9, atol=1e-12 * values.max())
    np.testing.assert_array_equal(smooth(values)[:4], values[:4])
    np.testing.assert_array_equal(smooth(values)[-4:], values[-4:])


@given(n=st.integers(0, 8))
def test_short_curves_are_not_smoothed(n):
    np.testing.assert_array_equal(smooth(np.arange(n) ** 2.0), np.arange(n) ** 2.0)


budgets = st.sets(st.integers(5, 500), min_size=2, max_size=6)


@given(budgets=budgets, a=st.floats(-20, 2), b=st.floats(-4, 4))
def test_exact_power_laws_are_recovered(budgets, a, b):
    fit = power_regression({n: math.exp(a) * n**b for n in budgets})
    assert fit["A"] == pytest.approx(a, abs=1e-6)
    assert fit["B"] == pytest.approx(b, abs=1e-6)
    assert ("p" in fit) <= (len(budgets) >= 3)
    if "R2" in fit and abs(b) > 0.1:
        assert fit["R2"] == pytest.approx(1, abs=1e-6)


@given(data=st.data(), budgets=st.sets(st.integers(5, 500), min_size=3, max_size=7))
def test_regression_against_scipy(data, budgets):
    finals = {n: data.draw(st.floats(1e-6, 1e3)) for n in budgets}
    fit = power_regression(finals)
    assume(np.std(np.log(list(finals.values()))) > 1e-6)  # else p is rounding noise
    theirs = linregress(np.log(list(finals)), np.log(list(finals.values())))
    assert fit["A"] == pytest.approx(theirs.intercept, rel=1e-8, abs=1e-8)
    assert fit["B"] == pytest.approx(theirs.slope, rel=1e-8, abs=1e-8)
    assert fit["R2"] == pytest.approx(theirs.rvalue**2, abs=1e-9)
    assert fit["p"] == pytest.approx(theirs.pvalue, abs=1e-6)
    n = len(finals)
    assert 1 - fit["adjR2"] == pytest.approx((1 - fit["R2"]) * (n - 1) / (n - 2))


def test_what_few_or_constant_finals_leave_undefined():
    assert power_regression({50: 1.0}) == {}
    assert power_regression({50: 1.0, 100: 0.0, 200: 1.0}) == {}
    assert power_regression({50: 2.0, 100: 1.0}).keys() == {"A", "B"}
    assert power_regression({50: 1.0, 100: 1.0, 200: 1.0}) == {"A": 0, "B": 0}


def test_improvements():
    finals = {100: 1.0, 50: 4.0, 200: 1.5}
    assert improvements(finals, "loss") == {(50, 100): 75.0, (100, 200): -50.0}
    assert improvements(finals, "accuracy") == {(50, 100): -3.0, (100, 200): 0.5}
    assert improvements({1: 0.0, 2: 1.0}, "loss") == {}


def seeded(quantity="loss", lengths=None) -> CurveSet:
    """Two seeds at budgets 8, 12 and 20; `lengths` cuts single runs, as when they diverge."""
    lengths = lengths or {}
    curves = {
        budget: {
            seed: (seed * np.exp(-np.arange(budget) / budget))[: lengths.get((budget, seed))]
            for seed in (1, 2)
        }
        for budget in (8, 12, 20)
    }
    return CurveSet.from_seeds("Integral_MLP", "P", quantity, curves)


def keyed(name: str, *sets: CurveSet) -> dict[tuple, float]:
    """Values of a metric by (quantity, definition, budget, other_budget, seed)."""
    rows = metrics()[name].compute(list(sets))
    columns = ("quantity", "definition", "budget", "other_budget", "seed")
    found = {tuple(row.get(column) for column in columns): row["value"] for row in rows}
    assert len(found) == len(rows)
    assert {row["model"] for row in rows} <= {"DeepONet"}
    return found


def test_final_rows():
    found = keyed("final", seeded())
    last = math.exp(-7 / 8)
    assert found["final_val_loss", None, 8, None, 1] == pytest.approx(last)
    assert found["final_val_loss", None, 8, None, None] == pytest.approx(1.5 * last)
    assert found["final_val_loss_std", None, 8, None, None] == pytest.approx(last / math.sqrt(2))
    assert len(found) == 3 * 4


def test_final_rows_of_diverged_runs():
    found = keyed("final", seeded(lengths={(12, 1): 5, (20, 1): 2, (20, 2): 3}))
    at_12 = {key: value for key, value in found.items() if key[2] == 12}
    last = pytest.approx(2 * math.exp(-11 / 12))
    assert at_12 == {
        ("final_val_loss", None, 12, None, None): last,
        ("final_val_loss", None, 12, None, 2): last,
        ("diverged_after_epoch", None, 12, None, 1): 5,
    }
    assert {key[0] for key in found if key[2] == 20} == {"diverged_after_epoch"}


def test_slcd_rows():
    curves = seeded()
    found = keyed("slcd", curves)
    assert found["slcd", "log", 12, 20, None] == logarithmic(curves.mean[12], curves.mean[20])
    assert found["slcd", "raw", 8, 20, 2] == relative(curves.seeds[8][2], curves.seeds[20][2])
    raw = [found["slcd", "raw", a, b, None] for a, b in ((8, 12), (8, 20), (12, 20))]
    assert found["slcd_mean", "raw", None, None, None] == pytest.approx(sum(raw) / 3)
    log = [key for key in found if key[:2] == ("slcd", "log")]
    assert len(log) == 3 and {key[2:4] for key in log} == {(12, 20)}  # 8 epochs are too few
    assert {key[1] for key in keyed("slcd", seeded("accuracy"))} == {"accuracy"}


def test_slcd_leaves_out_diverged_runs():
    found = keyed("slcd", seeded(lengths={(20, 1): 15}))
    assert ("slcd", "log", 12, 20, 2) in found
    assert ("slcd", "log", 12, 20, 1) not in found
    assert ("slcd_mean", "log", None, None, 1) not in found


def test_losses_and_accuracies_of_a_model_stay_apart():
    for name in ("final", "slcd", "power_regression", "improvement"):
        both = keyed(name, seeded("loss"), seeded("accuracy"))
        assert len(both) == len(keyed(name, seeded())) + len(keyed(name, seeded("accuracy")))


def test_improvement_rows():
    found = keyed("improvement", seeded())
    steps = [found["percent_improvement", None, a, b, None] for a, b in ((8, 12), (12, 20))]
    assert found["percent_improvement_mean", None, None, None, None] == np.mean(steps)
    assert found["percent_improvement_std", None, None, None, None] == pytest.approx(
        np.std(steps, ddof=1)
    )


def test_tables_do_not_depend_on_the_order_of_the_curves(tmp_path):
    sets = [seeded("accuracy"), seeded(), CurveSet.from_seeds("A", "C", "loss", seeded().seeds)]
    for metric in metrics().values():
        if metric.from_curves:
            write_table(metric.compute(sets), tmp_path / "one.csv")
            write_table(metric.compute(sets[::-1]), tmp_path / "two.csv")
            assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_table_format(tmp_path):
    path = tmp_path / "table.csv"
    write_table([{"model": "a,b", "budget": 3, "value": np.float64(0.1)}], path)
    assert path.read_text() == f'{",".join(COLUMNS)}\n"a,b",,,3,,,,0.1\n'
    with pytest.raises(ValueError, match="not finite"):
        write_table([{"value": math.nan}], path)


def test_every_row_of_every_metric_is_finite_and_has_known_columns(tmp_path):
    for metric in metrics().values():
        measured = {18: {89: 2.5, 231: -1.5}}
        curves = [replace(seeded(quantity), flatness=measured) for quantity in metric.quantities]
        rows = metric.compute(curves if metric.from_curves else [])
        write_table(rows, tmp_path / "table.csv")
        with (tmp_path / "table.csv").open(newline="") as stream:
            back = list(csv.DictReader(stream))
        assert [float(row["value"]) for row in back] == [row["value"] for row in rows] != []


def test_finding_the_metrics_imports_no_numerics():
    code = (
        "import sys; from epochbudget.registry import metrics; assert len(metrics()) >= 8;"
        "heavy = {'numpy', 'pandas', 'scipy', 'torch', 'pyarrow', 'matplotlib'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")
