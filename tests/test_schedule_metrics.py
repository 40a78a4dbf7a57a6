"""Metrics of the schedules alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochbudget.errors import UserError
from epochbudget.metrics.definitions.areas import crossing, cumulative, early_area
from epochbudget.metrics.definitions.continuous import SCHEDULES, exp_hyperbolic, hyperbolic
from epochbudget.metrics.definitions.infimum import adjusted_infimum
from epochbudget.registry import methods, metrics


@pytest.mark.parametrize("code", SCHEDULES)
@pytest.mark.parametrize("budget", [50, 200, 1000])
def test_decay_is_the_derivative_of_the_rate(code, budget):
    schedule = SCHEDULES[code](budget)
    assert schedule.rate(0) == pytest.approx(1)
    for t in np.linspace(0.02, 0.98, 25) * budget:
        step = 1e-6 * budget
        slope = (schedule.rate(t - step) - schedule.rate(t + step)) / (2 * step)
        assert schedule.decay(t) == pytest.approx(slope, rel=1e-6)
        assert schedule.decay(t) > 0


@pytest.mark.parametrize("schedule", [hyperbolic, exp_hyperbolic])
def test_hyperbolas_end_at_the_infimum_when_the_budget_is_the_bound(schedule):
    assert schedule(300, 0.02, 1e-5, 300).rate(300) == pytest.approx(1e-5)
    with pytest.raises(UserError, match="upper_bound"):
        schedule(301, 0.02, 1e-5, 300)


@given(budget=st.integers(1, 1000))
def test_closed_forms_of_the_cumulative_rate(budget):
    half = budget * (1 + 1e-4) / 2
    forms = {"P": budget / 1.5, "C": half, "L": half, "H": hyperbola_integral(budget)}
    for code, expected in forms.items():
        assert cumulative(SCHEDULES[code](budget).rate, budget) == pytest.approx(expected, rel=1e-9)


def hyperbola_integral(n, u=1000, infimum=1e-3):
    """Closed form, with s = U - t, c = U - N and h = sqrt(s^2 - c^2) / U."""
    c, root = u - n, math.sqrt(u * u - (u - n) ** 2)
    log = c * c / 2 * math.log((u + root) / c) if c else 0.0
    area = (u / 2 * root - log) / u
    return n + (1 - infimum) * (area - n * root / u)


@pytest.mark.parametrize("code", ["P", "H", "EH"])
def test_early_area_against_a_fine_sum(code):
    rate = SCHEDULES[code](500).rate
    end = crossing(rate, 500, 0.8)
    assert rate(end) == pytest.approx(0.8, abs=1e-10)
    midpoints = (np.arange(20_000) + 0.5) * end / 20_000
    total = sum(rate(t) - 0.8 for t in midpoints) * end / 20_000
    assert early_area(rate, 500) == pytest.approx(total, rel=1e-7)


def test_where_the_cosines_early_part_ends_changes_no_difference():
    for level, end in ((0.8, 295.2), (0.8e-4, 1000)):
        rates = {n: SCHEDULES["C"](n).rate for n in (250, 1000)}
        assert crossing(rates[1000], 1000, level) == pytest.approx(end, abs=0.1)
        areas = {n: early_area(rate, n, level) for n, rate in rates.items()}
        assert areas[250] / areas[1000] == pytest.approx(0.25, rel=1e-10)


def test_adjusted_infimum_follows_the_formula():
    """log10 eta' = (m log eta_0 + n log eta) / (m+n) + m/(m+n) U/N (log eta_N - log eta_0)."""
    lr, infimum, final, budget, bound = 0.02, 1e-5, 4e-3, 100, 250
    for m, n in ((1, 1), (2, 1), (1, 3)):
        log = (m * math.log10(lr) + n * math.log10(infimum)) / (m + n)
        log += m / (m + n) * bound / budget * (math.log10(final) - math.log10(lr))
        ours = adjusted_infimum(lr, infimum, final, budget, bound, (m, n))
        assert math.log10(ours) == pytest.approx(log, rel=1e-12)
    assert adjusted_infimum(lr, infimum, final, budget, bound, (0, 1)) == pytest.approx(infimum)


def test_spent_rate_of_every_method_with_a_rate():
    columns = ("definition", "quantity", "scheduler", "budget")
    rows = metrics()["lr_budget"].compute([])
    value = {tuple(row[column] for column in columns): row["value"] for row in rows}
    codes = {kind: {code for k, _, code, _ in value if k == kind} for kind in ("steps", "integral")}
    assert codes["steps"] == {code for code, method in methods().items() if method.foreseeable}
    assert codes["integral"] == set(SCHEDULES)
    # The rate falls by less than 1, so the sum over the epochs of the rate at their start exceeds
    # the integral by less than one epoch at the full rate. (C and L end elsewhere by default.)
    for code in ("P", "H", "EH"):
        for budget in (50, 200, 500):
            spent = value["integral", "lr_budget", code, budget]
            assert spent < value["steps", "lr_budget", code, budget] < spent + 1
    for code in SCHEDULES:
        long, reference = (value["integral", "lr_budget", code, n] for n in (500, 200))
        assert value["integral", "lr_budget_relative", code, 500] == long / reference
