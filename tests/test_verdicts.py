"""Verdicts on numbers: the agreed constants, plain references, properties, degenerate input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from epochbudget.verification.intervals import interval_power, range_moments
from epochbudget.verification.statistics import (
    PublishedMean,
    incomparable,
    judge_means,
    judge_statistic,
    not_run,
)

pytestmark = pytest.mark.filterwarnings("error")

EQUIVALENT = {"reproduced", "different but small"}
SEEDS = [0.9, 1.0, 1.05, 1.1, 1.2]


def test_the_agreed_constants_come_out():
    d2, df, _ = range_moments(5)
    assert round(d2, 3) == 2.326
    assert round(df, 2) == 3.83
    sd = np.std(SEEDS, ddof=1)
    alone = judge_means(SEEDS, PublishedMean(1.0), 0.1, logarithmic=False)
    assert alone.half_width == pytest.approx(1.756 * sd, rel=3e-4)
    equal_spread = PublishedMean(1.0, 1.0 - d2 * sd / 2, 1.0 + d2 * sd / 2)
    both = judge_means(SEEDS, equal_spread, 0.1, logarithmic=False)
    assert both.half_width == pytest.approx(1.464 * sd, rel=3e-4)
    assert round(both.power, 2) == 0.77
    assert round(alone.power, 2) == 0.66


@pytest.mark.parametrize("n", [2, 5, 9])
def test_range_moments_are_those_of_simulated_ranges(n):
    ranges = np.ptp(np.random.default_rng(1).normal(size=(200_000, n)), axis=1)
    d2, df, excess = range_moments(n)
    assert d2 == pytest.approx(ranges.mean(), rel=0.005)
    assert excess == pytest.approx((ranges**2).mean() / d2**2, rel=0.01)
    chi = np.sqrt(np.random.default_rng(2).chisquare(df, size=200_000))
    assert chi.std() / chi.mean() == pytest.approx(ranges.std() / ranges.mean(), rel=0.01)


def test_without_a_shift_the_power_is_the_rate_of_false_alarms():
    assert interval_power(5, 5, known_range=False, shift=0.0) == pytest.approx(0.05)
    assert round(interval_power(5, 5, known_range=True, shift=0.0), 3) == 0.044
    assert interval_power(10, 5, known_range=False) > interval_power(5, 5, known_range=False)
    for arguments in [(1, 5, False), (5, 0, False), (5, 1, True)]:
        with pytest.raises(ValueError, match="two seeds"):
            interval_power(*arguments)


# Plain references


@settings(deadline=None)
@given(st.lists(st.floats(1e-7, 1e2), min_size=5, max_size=9, unique=True), st.floats(0.1, 10))
def test_means_agree_with_a_plain_computation(ours, ratio):
    theirs = [ratio * value for value in ours[:5]]
    published = PublishedMean(sum(theirs) / 5, min(theirs), max(theirs))
    judged = judge_means(ours, published, 0.1, logarithmic=True)
    logs = np.log10(ours)
    df = len(ours) - 1 + 3.8265
    published_sd = (np.log10(max(theirs)) - np.log10(min(theirs))) / 2.32593
    pooled = np.sqrt(((len(ours) - 1) * np.var(logs, ddof=1) + 3.8265 * published_sd**2) / df)
    error = pooled * np.sqrt(1 / len(ours) + 1 / 5)
    expected = np.log10(np.mean(ours)) - np.log10(np.mean(theirs))
    assert judged.difference == pytest.approx(expected, abs=1e-9)
    if len(ours) == 5:  # t of 7.8265 degrees of freedom, 97.5 and 95 %
        assert judged.half_width == pytest.approx(2.31493 * error, rel=1e-4, abs=1e-9)
        assert judged.reach == pytest.approx(abs(expected) + 1.86482 * error, rel=1e-4, abs=1e-9)


def test_the_jackknife_agrees_with_pseudo_values():
    seeds = np.array([3.0, 4.0, 7.5, 2.0, 5.0])
    whole = float(np.log(seeds.mean()))
    others = [float(np.log(np.delete(seeds, i).mean())) for i in range(5)]
    pseudo = [5 * whole - 4 * other for other in others]
    se = np.std(pseudo, ddof=1) / np.sqrt(5)
    judged = judge_statistic(whole, others, 1.2, 0.1)
    assert judged.half_width == pytest.approx(2.776445 * math.sqrt(2) * se, rel=1e-6)
    assert judged.reach == pytest.approx(abs(whole - 1.2) + 2.131847 * math.sqrt(2) * se, rel=1e-6)


@pytest.mark.parametrize(
    ("published", "margin", "verdict"),
    [
        (1.05, 0.2, "reproduced"),
        (1.05, 0.1, "consistent"),
        (1.5, 0.7, "different but small"),
        (1.5, 0.2, "not reproduced"),
    ],
)
def test_the_four_verdicts(published, margin, verdict):
    judged = judge_means(SEEDS, PublishedMean(published), margin, logarithmic=False)
    assert judged.verdict == verdict
    assert f"{judged.difference:+.3g}" in judged.reason
    assert ("inside" in judged.reason) == (verdict in {"reproduced", "consistent"})
    assert ("within" in judged.reason) == (verdict in EQUIVALENT)


# Properties

losses = st.lists(st.floats(1e-6, 1e3), min_size=5, max_size=8)
margins = st.floats(1e-3, 10)


def ranged(values):
    """As if these were published seeds; five count, for the moments of a range take time."""
    return PublishedMean(sum(values) / len(values), min(values), max(values))


def assume_clear(judged):
    """Leave out verdicts that rounding may turn."""
    assume(judged.difference is not None)
    assume(abs(abs(judged.difference) - judged.half_width) > 1e-9)
    assume(abs(judged.reach - judged.margin) > 1e-9)


@settings(deadline=None)
@given(losses, losses, margins)
def test_the_sign_of_the_difference_does_not_matter(ours, theirs, margin):
    published = ranged(theirs)
    mirrored = PublishedMean(-published.mean, -published.high, -published.low, published.seeds)
    judged = judge_means(ours, published, margin, logarithmic=False)
    other = judge_means([-value for value in ours], mirrored, margin, logarithmic=False)
    assert other.verdict == judged.verdict
    assert other.difference == -judged.difference
    judged = judge_statistic(ours[0], ours, theirs[0], margin)
    other = judge_statistic(-ours[0], [-value for value in ours], -theirs[0], margin)
    assert (other.verdict, other.reach) == (judged.verdict, judged.reach)


@settings(deadline=None)
@given(losses, losses, margins, st.floats(1e-3, 1e3))
def test_logarithmic_comparison_does_not_depend_on_the_unit(ours, theirs, margin, unit):
    judged = judge_means(ours, ranged(theirs), margin, logarithmic=True)
    assume_clear(judged)
    scaled = judge_means(
        [unit * value for value in ours],
        ranged([unit * value for value in theirs]),
        margin,
        logarithmic=True,
    )
    assert scaled.verdict == judged.verdict
    assert scaled.half_width == pytest.approx(judged.half_width, abs=1e-9)


@settings(deadline=None)
@given(losses, losses, margins, st.floats(1, 100))
def test_a_larger_margin_takes_nothing_away(ours, theirs, margin, factor):
    before = judge_means(ours, ranged(theirs), margin, logarithmic=True).verdict
    after = judge_means(ours, ranged(theirs), margin * factor, logarithmic=True).verdict
    assert after in {
        "reproduced": {"reproduced"},
        "consistent": {"consistent", "reproduced"},
        "different but small": {"different but small"},
        "not reproduced": {"not reproduced", "different but small"},
    }.get(before, {before})


@settings(deadline=None)
@given(losses, st.floats(1e-6, 1e3), margins, st.randoms())
def test_the_order_of_seeds_does_not_matter(ours, published, margin, random):
    shuffled = random.sample(ours, len(ours))
    for logarithmic in (True, False):
        judged = judge_means(ours, PublishedMean(published), margin, logarithmic)
        assert judge_means(shuffled, PublishedMean(published), margin, logarithmic) == judged
    assert judge_statistic(1.0, shuffled, published, margin) == judge_statistic(
        1.0, ours, published, margin
    )


# Degenerate input


@pytest.mark.parametrize(
    ("ours", "published", "logarithmic", "words"),
    [
        ([], PublishedMean(1.0), True, "0 seeds are fewer than 5"),
        ([1.0], PublishedMean(1.0), False, "1 seeds are fewer than 5"),
        (SEEDS[:4], PublishedMean(1.0), False, "4 seeds are fewer than 5"),
        (SEEDS, PublishedMean(1.0, seeds=3), False, "3 published seeds"),
        ([math.nan, *SEEDS], PublishedMean(1.0), True, "1 of 6 seeds diverged"),
        ([math.inf, *SEEDS], PublishedMean(1.0), False, "1 of 6 seeds diverged"),
        ([0.0, *SEEDS], PublishedMean(1.0), True, "not positive"),
        (SEEDS, PublishedMean(-1.0), True, "not positive"),
        (SEEDS, PublishedMean(math.nan), True, "published value is not finite"),
        ([-1.7e308, *[1.7e308] * 4], PublishedMean(1.0), False, "too large"),
    ],
)
def test_incomparable_values_say_why(ours, published, logarithmic, words):
    judged = judge_means(ours, published, 0.1, logarithmic)
    assert judged.verdict == "incomparable"
    assert words in judged.reason
    assert judged.difference is judged.half_width is judged.reach is judged.power is None


@pytest.mark.parametrize(
    ("value", "leave_one_out", "published", "words"),
    [
        (1.0, [*SEEDS[:4], None], 1.0, "without one of our seeds"),
        (1.0, SEEDS[:4], 1.0, "4 leave-one-out values are fewer than 5"),
        (1.0, [], 1.0, "fewer than 5"),
        (1.0, [*SEEDS, math.inf], 1.0, "1 of 6 leave-one-out values"),
        (math.nan, SEEDS, 1.0, "statistic is not finite"),
        (1.0, SEEDS, math.inf, "published value is not finite"),
        (1.7e308, SEEDS, -1.7e308, "too large"),
    ],
)
def test_incomparable_statistics_say_why(value, leave_one_out, published, words):
    judged = judge_statistic(value, leave_one_out, published, 0.1)
    assert judged.verdict == "incomparable"
    assert words in judged.reason


@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize(
    ("published", "verdict"),
    [(0.3 + 1e-16, "reproduced"), (0.31, "different but small"), (0.9, "not reproduced")],
)
def test_seeds_that_do_not_differ(published, verdict, logarithmic):
    ours = [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3]  # equal up to rounding
    for judged in (
        judge_means(ours, PublishedMean(published), 0.1, logarithmic),
        judge_statistic(0.3, ours, published, 0.1),
    ):
        assert judged.verdict == verdict
        assert judged.half_width == 0
        assert judged.power is None
        assert "seeds do not differ" in judged.reason


@pytest.mark.parametrize(
    ("low", "high"),
    [(1.0, 1.0), (1.02, 1.1), (0.9, 0.95), (1.1, 0.9), (math.nan, 1.1), (0.9, None), (0.0, 2.0)],
)
def test_an_unusable_range_leaves_our_spread(low, high):
    judged = judge_means(SEEDS, PublishedMean(1.0, low, high), 0.1, logarithmic=True)
    alone = judge_means(SEEDS, PublishedMean(1.0), 0.1, logarithmic=True)
    assert (judged.verdict, judged.half_width) == (alone.verdict, alone.half_width)
    assert "range is unusable" in judged.reason
    assert "range" not in alone.reason


def test_extreme_losses_are_compared():
    judged = judge_means([5e-324] * 5, PublishedMean(1e308), 0.1, logarithmic=True)
    assert judged.verdict == "not reproduced"
    judged = judge_means([1e308, 1.1e308] * 3, PublishedMean(1.05e308), 0.1, logarithmic=True)
    assert judged.verdict == "reproduced"


@pytest.mark.parametrize("margin", [0.0, -0.1, math.nan, math.inf])
def test_a_margin_must_be_positive(margin):
    for judge in (
        lambda: judge_means(SEEDS, PublishedMean(1.0), margin, logarithmic=True),
        lambda: judge_statistic(1.0, SEEDS, 1.0, margin),
        lambda: incomparable("why", margin),
        lambda: not_run("why", margin),
    ):
        with pytest.raises(ValueError, match="margin"):
            judge()


def test_verdicts_made_elsewhere_keep_their_reason():
    judged = not_run("needs 4 GPU hours", 0.1)
    assert (judged.verdict, judged.reason) == ("not run", "needs 4 GPU hours")
    assert incomparable("Adam, not AdamW", 0.1).verdict == "incomparable"
