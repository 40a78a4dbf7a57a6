"""Verdicts on reproduced numbers: a prediction interval and an equivalence test (TOST).

The question of the interval: were five seeds of ours and five published seeds drawn from one
distribution, would their means differ by this much? About 5 % of true reproductions miss it. The
question of TOST (two one-sided tests; Schuirmann 1987): is the difference surely smaller than a
margin that was fixed beforehand? At most 5 % of differences as large as the margin pass it. Both
take seeds as independent and normal, losses after a logarithm.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from epochbudget.verification.intervals import (
    EQUIVALENCE,
    INTERVAL,
    interval_power,
    quantile,
    range_moments,
)

Verdict = Literal[
    "reproduced",
    "consistent",
    "different but small",
    "not reproduced",
    "incomparable",
    "not run",
]

MINIMUM_SEEDS = 5
ROUNDING = 1e-12  # relative; values closer than this are equal

_VERDICTS: dict[tuple[bool, bool], Verdict] = {
    (True, True): "reproduced",
    (True, False): "consistent",
    (False, True): "different but small",
    (False, False): "not reproduced",
}
JUDGED = tuple(_VERDICTS.values())
"""What a number that was compared can be."""


@dataclass(frozen=True)
class Judgement:
    """A verdict and the numbers that decided it, on the scale of the comparison.

    That scale is log10 of the loss for logarithmic comparisons, else the scale of the values.

    Attributes:
        verdict: See `judge_means`.
        reason: One plain sentence with the numbers that decided.
        difference: Ours minus published.
        half_width: Of the 95 % prediction interval around 0.
        reach: The largest |difference| inside the 90 % confidence interval, which is below the
            margin when the two are equivalent.
        margin: Of equivalence.
        power: The chance (0..1) that the interval is missed if the truth differs by two seed
            standard deviations (`interval_power`); None where the seeds do not differ.
    """

    verdict: Verdict
    reason: str
    difference: float | None
    half_width: float | None
    reach: float | None
    margin: float
    power: float | None


@dataclass(frozen=True)
class PublishedMean:
    """A published arithmetic mean over seeds, with the smallest and largest seed where known."""

    mean: float
    low: float | None = None
    high: float | None = None
    seeds: int = 5


@dataclass(frozen=True)
class _Error:
    """Standard error of the difference (ours - published) and its degrees of freedom."""

    size: float
    df: float


def incomparable(reason: str, margin: float) -> Judgement:
    """The verdict on a number whose protocol, seeds or values allow no comparison."""
    return _unjudged("incomparable", reason, margin)


def not_run(reason: str, margin: float) -> Judgement:
    """The verdict on a number that this run does not compute."""
    return _unjudged("not run", reason, margin)


def judge_means(
    ours: Sequence[float], published: PublishedMean, margin: float, logarithmic: bool
) -> Judgement:
    """Compare the mean over our seeds with a published mean over seeds.

    Arithmetic means are compared, of losses through their log10; s is the standard deviation of
    one seed, of log10 losses likewise. With a published range it is pooled from ours and from
    range/d2, weighted by degrees of freedom: 4 + 3.83 for 5 seeds each. Else it is ours.

    reproduced: |difference| <= t(0.975, df) s sqrt(1/n + 1/m) (1.464 s with a range, 1.756 s
    without, for 5 seeds each) and equivalent. consistent: the former only. different but small:
    equivalent only. not reproduced: neither. incomparable: a value is not finite (or not positive
    where a logarithm is needed), or fewer than 5 seeds.

    The interval is missed by 4.4 % of true reproductions with a range (see `interval_power`), by
    5.0 % without. Where log10 losses spread widely, the log of their arithmetic mean is no longer
    near the mean of logs, and more miss it: 4.7 and 5.5 % at an sd of 0.2, 6.3 and 7.3 % at 0.5,
    8.5 and 9.1 % at 0.85, the widest of the authors' LSTM curves.

    Args:
        ours: The value of each seed, in any order.
        published: Its range counts if it is one: low < high with the mean between them.
        margin: Largest difference that counts as none, on the scale of the comparison.
        logarithmic: True for losses, False for accuracies.

    Raises:
        ValueError: The margin is not a positive finite number.
    """
    _check(margin)
    obstacle = _obstacle(ours, "seeds") or _published_obstacle(published.mean, published.seeds)
    if obstacle:
        return incomparable(obstacle, margin)
    if logarithmic and min(*ours, published.mean) <= 0:
        return incomparable("a loss is not positive and has no logarithm", margin)

    scale: Callable[[float], float] = math.log10 if logarithmic else float
    mean = statistics.mean(ours)
    limits = _usable_range(published, logarithmic)
    unused = limits is None and (published.low, published.high) != (None, None)
    return _judge(
        0.0 if _equal(mean, published.mean) else scale(mean) - scale(published.mean),
        _error_of_means(ours, published, limits, scale),
        margin,
        interval_power(len(ours), published.seeds, limits is not None),
        " in log10" if logarithmic else "",
        "; the published range is unusable, so the spread is ours alone" if unused else "",
    )


def judge_statistic(
    value: float,
    leave_one_out: Sequence[float | None],
    published: float,
    margin: float,
    published_seeds: int = 5,
) -> Judgement:
    """Compare a statistic of the mean curve over seeds with its published value.

    Its standard error is the delete-one-seed jackknife's, se = sqrt((n-1)/n sum of squares of
    `leave_one_out` about their mean) (Tukey 1958; Efron and Stein 1981), and that of the published
    value is taken as se sqrt(n/m). The interval is t(0.975, n-1) se sqrt(1 + n/m): t_4 sqrt(2) se
    for 5 seeds each. Verdicts are those of `judge_means`.

    True reproductions that miss it, simulated with log-normal seeds: 5.1 to 5.2 % for the slope of
    a power law and 5.0 to 5.1 % for a mean improvement while the sd of log10 losses is 0.1 at most,
    7.5 and 8.1 % at 0.5; 2 to 6.5 % for an SLCD, which cannot be negative; up to 11 % for an R2.

    The power refers to a shift of two "seed standard deviations" here too: of sqrt(n) se, the
    standard deviation of the jackknife's pseudo-values. That is what the sd of one seed is to a
    mean, so the powers of all rows speak of effects of the same size (66 % for 5 seeds each;
    simulated for a slope: 66 to 69 %).

    Args:
        value: The statistic of the mean over all seeds.
        leave_one_out: The statistic of the mean over all seeds but one, for each seed; None where
            it could not be computed.
        published: Its published value.
        margin: Largest difference that counts as none.
        published_seeds: Seeds (m) behind the published value.

    Raises:
        ValueError: The margin is not a positive finite number.
    """
    _check(margin)
    known = [other for other in leave_one_out if other is not None]
    if len(known) < len(leave_one_out):
        return incomparable("the statistic does not exist without one of our seeds", margin)
    obstacle = _obstacle(known, "leave-one-out values") or _published_obstacle(
        published, published_seeds
    )
    if not obstacle and not math.isfinite(value):
        obstacle = "our statistic is not finite"
    if obstacle:
        return incomparable(obstacle, margin)

    n = len(known)
    jackknife = (n - 1) / math.sqrt(n) * _standard_deviation(known, float)
    return _judge(
        0.0 if _equal(value, published) else value - published,
        _Error(jackknife * math.sqrt(1 + n / published_seeds), n - 1),
        margin,
        interval_power(n, published_seeds, known_range=False),
    )


def _usable_range(published: PublishedMean, logarithmic: bool) -> tuple[float, float] | None:
    """The published range where it can serve as a spread: a positive one with the mean inside."""
    low, mean, high = published.low, published.mean, published.high
    if low is None or high is None or (logarithmic and low <= 0):
        return None
    return (low, high) if -math.inf < low <= mean <= high < math.inf and low < high else None


def _error_of_means(
    ours: Sequence[float],
    published: PublishedMean,
    limits: tuple[float, float] | None,
    scale: Callable[[float], float],
) -> _Error:
    sd, df = _standard_deviation(ours, scale), float(len(ours) - 1)
    if limits:
        d2, extra, _ = range_moments(published.seeds)
        other = (scale(limits[1]) - scale(limits[0])) / d2
        sd = math.hypot(sd * math.sqrt(df), other * math.sqrt(extra)) / math.sqrt(df + extra)
        df += extra
    return _Error(sd * math.sqrt(1 / len(ours) + 1 / published.seeds), df)


def _judge(
    difference: float,
    error: _Error,
    margin: float,
    power: float,
    unit: str = "",
    remark: str = "",
) -> Judgement:
    half_width = quantile(INTERVAL, error.df) * error.size
    reach = abs(difference) + quantile(EQUIVALENCE, error.df) * error.size
    if not math.isfinite(half_width + reach):
        return incomparable("the values are too large to compare", margin)
    inside, equivalent = abs(difference) <= half_width, reach < margin
    spread = "" if error.size else "the seeds do not differ; "
    reason = (
        f"{spread}difference {difference:+.3g}{unit} is {'inside' if inside else 'outside'} the "
        f"95 % interval of ±{half_width:.3g}, and its 90 % confidence interval reaches "
        f"{reach:.3g}, {'within' if equivalent else 'beyond'} the margin of {margin:.3g}{remark}"
    )
    return Judgement(
        _VERDICTS[inside, equivalent],
        reason,
        difference,
        half_width,
        reach,
        margin,
        power if error.size else None,
    )


def _unjudged(verdict: Verdict, reason: str, margin: float) -> Judgement:
    _check(margin)
    return Judgement(verdict, reason, None, None, None, margin, None)


def _check(margin: float) -> None:
    if not 0 < margin < math.inf:
        raise ValueError(f"the margin must be positive and finite, not {margin}")


def _obstacle(values: Sequence[float], what: str) -> str | None:
    """Why these values of seeds cannot be judged, if so."""
    lost = sum(not math.isfinite(value) for value in values)
    if lost:
        return f"{lost} of {len(values)} {what} diverged"
    if len(values) < MINIMUM_SEEDS:
        return f"{len(values)} {what} are fewer than {MINIMUM_SEEDS}"
    return None


def _published_obstacle(value: float, seeds: int) -> str | None:
    if not math.isfinite(value):
        return "the published value is not finite"
    if seeds < MINIMUM_SEEDS:
        return f"{seeds} published seeds are fewer than {MINIMUM_SEEDS}"
    return None


def _standard_deviation(values: Sequence[float], scale: Callable[[float], float]) -> float:
    """Sample standard deviation (ddof 1) of the scaled values, 0 where only rounding differs."""
    if _equal(min(values), max(values)):
        return 0.0
    scaled = sorted(map(scale, values))
    mean = statistics.mean(scaled)
    return math.hypot(*(value - mean for value in scaled)) / math.sqrt(len(scaled) - 1)


def _equal(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=ROUNDING)
