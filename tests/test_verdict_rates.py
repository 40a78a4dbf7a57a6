"""How often the verdicts err: simulated reproductions, judged by the functions themselves."""

import math

import numpy as np
import pytest

from epochbudget.verification.intervals import interval_power
from epochbudget.verification.statistics import PublishedMean, judge_means, judge_statistic

MISSED = {"different but small", "not reproduced"}
EQUIVALENT = {"reproduced", "different but small"}
REPEATS = 2500


def judged_many(centre, sd, margin, shift=0.0, with_range=True, logarithmic=False):
    """Verdicts on `REPEATS` simulated reproductions, shifted by `shift`."""
    draws = np.random.default_rng(7).normal(size=(REPEATS, 2, 5)) * sd + centre
    draws[:, 0] += shift
    for ours, theirs in (10**draws if logarithmic else draws).tolist():
        limits = (min(theirs), max(theirs)) if with_range else (None, None)
        published = PublishedMean(math.fsum(theirs) / 5, *limits)
        yield judge_means(ours, published, margin, logarithmic).verdict


def share(verdicts, wanted):
    verdicts = list(verdicts)
    return sum(verdict in wanted for verdict in verdicts) / len(verdicts)


def monte_carlo(expected):
    """`expected`, with three standard errors of a simulated share."""
    return pytest.approx(expected, abs=3 * math.sqrt(expected * (1 - expected) / REPEATS))


@pytest.mark.parametrize("with_range", [True, False])
@pytest.mark.parametrize(("centre", "sd", "logarithmic"), [(0.87, 0.003, False), (-5, 0.05, True)])
def test_false_alarms_are_five_percent_and_power_is_as_stated(centre, sd, logarithmic, with_range):
    same = share(judged_many(centre, sd, sd, 0.0, with_range, logarithmic), MISSED)
    assert same == monte_carlo(0.05)
    assert same == monte_carlo(interval_power(5, 5, with_range, shift=0.0))
    shifted = share(judged_many(centre, sd, sd, 2 * sd, with_range, logarithmic), MISSED)
    assert shifted == monte_carlo(interval_power(5, 5, with_range))


@pytest.mark.parametrize("with_range", [True, False])
@pytest.mark.parametrize("margin_in_sds", [0.5, 4.0])
def test_a_difference_as_large_as_the_margin_passes_in_five_percent_at_most(
    with_range, margin_in_sds
):
    margin = 0.01 * margin_in_sds
    size = share(judged_many(0.5, 0.01, margin, margin, with_range), EQUIVALENT)
    assert size < 0.05 + 3 * math.sqrt(0.05 * 0.95 / REPEATS)
    if margin_in_sds > 1:
        assert size > 0.03  # a wide margin: the test is not passed by too few either


def test_wide_losses_raise_more_false_alarms_as_documented():
    assert share(judged_many(-4, 0.5, 1.0, 0.0, True, True), MISSED) == monte_carlo(0.063)
    assert share(judged_many(-4, 0.5, 1.0, 0.0, False, True), MISSED) == monte_carlo(0.073)


LOG_BUDGETS = np.log([50, 100, 150, 200])


def slope(finals):
    centred = LOG_BUDGETS - LOG_BUDGETS.mean()
    return np.log(finals) @ centred / (centred @ centred)


def improvement(finals):
    return np.mean(100 * (1 - finals[..., 1:] / finals[..., :-1]), axis=-1)


@pytest.mark.parametrize(
    ("statistic", "sd", "rate"),
    [(slope, 0.1, 0.052), (improvement, 0.1, 0.050), (slope, 0.5, 0.075)],
)
def test_the_jackknife_alarms_as_often_as_documented(statistic, sd, rate):
    noise = np.random.default_rng(11).normal(scale=sd, size=(2, REPEATS, 5, 4))
    ours, theirs = np.exp(-0.8 * LOG_BUDGETS) * 10**noise
    others = [statistic(np.delete(ours, seed, axis=1).mean(axis=1)) for seed in range(5)]
    rows = zip(
        statistic(ours.mean(axis=1)).tolist(),
        np.transpose(others).tolist(),
        statistic(theirs.mean(axis=1)).tolist(),
        strict=True,
    )
    verdicts = (judge_statistic(*row, margin=1.0).verdict for row in rows)
    assert share(verdicts, MISSED) == monte_carlo(rate)


@pytest.mark.parametrize("seeds", [5, 10])
def test_power_of_a_statistic_is_that_of_a_shift_of_two_seed_sds(seeds):
    draws = np.random.default_rng(13).normal(size=(REPEATS, seeds + 5))
    ours, theirs = draws[:, :seeds] + 2.0, draws[:, seeds:].mean(axis=1)
    others = (ours.sum(axis=1, keepdims=True) - ours) / (seeds - 1)
    rows = zip(ours.mean(axis=1).tolist(), others.tolist(), theirs.tolist(), strict=True)
    judged = [judge_statistic(*row, margin=1.0) for row in rows]
    assert share((one.verdict for one in judged), MISSED) == monte_carlo(judged[0].power)
