"""Published results of the schedule benchmark: which pairs have one, and verdicts on them.

Three seeds on either side are too few for the verdicts of `statistics`, which also need a margin;
what stays is its interval, with the published standard deviation pooled in.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.config.read import read_yaml
from epochbudget.verification.intervals import INTERVAL, pooled_power, quantile
from epochbudget.verification.statistics import Judgement, Verdict

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment, Pair

FILE = Path("config/published/schedule_benchmark.yaml")


@cache
def published() -> dict[str, Any]:
    """The benchmark's protocol and results.

    Raises:
        UserError: If the file cannot be read.
    """
    return read_yaml(FILE)


def labels() -> set[str]:
    """Labels of the models that the benchmark has results of."""
    return {label for results in published()["results"].values() for label in results}


def result(experiment: "Experiment", pair: "Pair") -> list[float]:
    """Published [mean, standard deviation], or [value of one seed], in percent; empty if none."""
    plugin = experiment.config.plugins.get(pair.code)
    results = published()["results"].get(plugin.schedule, {}) if plugin else {}
    found: list[float] = results.get(pair.label, [])
    return found


def deviations(experiment: "Experiment", pair: "Pair") -> list[str]:
    """Settings that are not the benchmark's, as "key: found (benchmark: expected)"."""
    protocol, spec = published(), experiment.comparison_spec(pair)
    ours = {
        "budget": max(spec["budgets"]),
        "seeds": len(spec["seeds"]),
        "optimizer": spec.get("optimizer"),
        **spec["given"],
        **{name: spec["task"]["settings"].get(name) for name in protocol["settings"]},
    }
    theirs = {
        "budget": protocol["budget"],
        "seeds": len(protocol["seeds"]),
        "optimizer": protocol["optimizer"],
        **protocol["hyperparameters"],
        **protocol["settings"],
    }
    if experiment.mode != "compare":
        ours |= {"lr": "searched"}
    return [
        f"{key}: {ours.get(key)} (benchmark: {theirs.get(key)})"
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key) != theirs.get(key)
    ]


def judge(ours: Sequence[float], pair: Mapping[str, Any], spec: Mapping[str, Any]) -> Judgement:
    """The verdict on a published mean.

    consistent: the means differ by at most t(0.975, n+m-2) s sqrt(1/n + 1/m), the 95 % interval
    with the standard deviation s pooled from both; else not reproduced. incomparable: another
    protocol, a diverged seed, or only one published seed. No margin was fixed, so nothing is
    equivalent.

    Args:
        ours: The value of each seed that reached the end.
        pair: Its `published` result and its `deviations` from the protocol.
        spec: How many `seeds` there should be, and the number of `published_seeds`.
    """
    if pair["deviations"]:
        return _incomparable(f"another protocol: {'; '.join(pair['deviations'])}")
    if len(ours) < spec["seeds"]:
        return _incomparable(f"{spec['seeds'] - len(ours)} of {spec['seeds']} seeds diverged")
    mean, *sd = pair["published"]
    if not sd:
        return _incomparable("the published value is of one seed, so its spread is unknown")
    return pooled(ours, mean, sd[0], spec["published_seeds"])


def pooled(ours: Sequence[float], mean: float, sd: float, seeds: int) -> Judgement:
    """Compare the mean over our seeds with a published mean and standard deviation (n - 1).

    Args:
        ours: The value of each seed, at least two.
        mean: Published mean.
        sd: Published standard deviation over the seeds.
        seeds: How many seeds were published.
    """
    n, df = len(ours), len(ours) + seeds - 2
    variance = ((n - 1) * statistics.variance(ours) + (seeds - 1) * sd**2) / df
    half_width = quantile(INTERVAL, df) * math.sqrt(variance * (1 / n + 1 / seeds))
    difference = statistics.fmean(ours) - mean
    inside = abs(difference) <= half_width
    verdict: Verdict = "consistent" if inside else "not reproduced"
    power = pooled_power(n, seeds)
    reason = (
        f"difference {difference:+.3g} is {'inside' if inside else 'outside'} the 95 % interval of "
        f"±{half_width:.3g}; of true differences of two standard deviations of a seed it shows "
        f"{power:.0%}"
    )
    return Judgement(verdict, reason, difference, half_width, None, math.inf, power)


def _incomparable(reason: str) -> Judgement:
    return Judgement("incomparable", reason, None, None, None, math.inf, None)
