"""A verdict on each published number, from what a run has computed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from epochbudget.metrics.schedule_area import METRIC as SCHEDULE_AREA
from epochbudget.published.digits import matches, printed
from epochbudget.published.tables import Number
from epochbudget.published.values import SCHEDULE, Key, published_value
from epochbudget.verification.evidence import Evidence
from epochbudget.verification.statistics import (
    Judgement,
    PublishedMean,
    incomparable,
    judge_means,
    judge_statistic,
    not_run,
)

COLUMNS = (
    *Key._fields,
    "published",
    "ours",
    "low",
    "high",
    "margin",
    "seeds",
    "verdict",
    "power",
    "reason",
    "figure",
)
"""Columns of verdicts.csv. low and high bound the 95 % interval around the published value, inside
which ours counts as consistent; seeds are ours; the figure is relative to the report."""

FINALS = {"final_val_loss": True, "final_accuracy": False}
"""Means over seeds, and whether they are compared through their logarithm."""
ABSOLUTE = {"power_regression_R2", "power_regression_adjR2", "power_regression_p"}
ABSOLUTE |= {"percent_improvement_mean", "percent_improvement_std"}
"""Derived quantities whose margin is absolute; the others' is relative to the published value."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Reproduction:
    """What a run has of one published model and method.

    Attributes:
        evidence: Its curves at the paper's budgets.
        deviations: How its protocol differs from the paper's; see `protocol.differences`.
        figure: Picture of its curves, relative to the report.
    """

    evidence: Evidence
    deviations: Sequence[str] = ()
    figure: str = ""

    def named(self, code: str) -> "Reproduction":
        """The same as if it were another method's."""
        return replace(self, evidence=self.evidence.named(code))


@dataclass(frozen=True)
class Judge:
    """Judges published numbers.

    Attributes:
        runs: (model, method) -> what the run has; the others were not run.
        margins: Quantity -> size of the margin, as configured.
        budgets: The paper's budgets.
        ranges: Published smallest and largest seed of final values, where they are known.
        schedules: Method -> picture of its rates, relative to the report.
        costs: (model, method) -> what running it would take, in words.
    """

    runs: Mapping[tuple[str, str], Reproduction]
    margins: Mapping[str, float]
    budgets: tuple[int, ...]
    ranges: Mapping[Key, tuple[float, float]] = field(default_factory=dict)
    schedules: Mapping[str, str] = field(default_factory=dict)
    costs: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def rows(self, numbers: Iterable[Number]) -> list[Row]:
        """A row with COLUMNS for each number, in their order."""
        areas = published_value(SCHEDULE_AREA.compute([]))
        return [
            _area_row(number, areas[number.key], self.schedules.get(number.key.scheduler, ""))
            if number.key.model == SCHEDULE
            else self._row(number)
            for number in numbers
        ]

    def _row(self, number: Number) -> Row:
        key, published = number.key, float(number.value)
        pair = self.runs.get((key.model, key.scheduler))
        ours = pair.evidence.of_mean.get(key) if pair else None
        margin = self._margin(key.quantity, published)
        judgement = self._judgement(key, published, pair, ours, margin)
        low, high = _interval(key.quantity, published, judgement.half_width)
        return {
            **key._asdict(),
            "published": number.value,
            "ours": ours,
            "low": low,
            "high": high,
            "margin": _margin_text(key.quantity, margin),
            "seeds": len(pair.evidence.seeds) if pair and pair.evidence.seeds else None,
            "verdict": judgement.verdict,
            "power": judgement.power,
            "reason": judgement.reason,
            "figure": pair.figure if pair else "",
        }

    def _margin(self, quantity: str, published: float) -> float:
        size = self.margins[quantity]
        return size if quantity in FINALS or quantity in ABSOLUTE else size * abs(published)

    def _judgement(
        self,
        key: Key,
        published: float,
        pair: Reproduction | None,
        ours: float | None,
        margin: float,
    ) -> Judgement:
        cost = self.costs.get((key.model, key.scheduler), "")
        if pair is None:
            return not_run(f"{key.model} with {key.scheduler} is not in this run{cost}", margin)
        if pair.deviations:
            return incomparable(_deviation_text(pair.deviations), margin)
        needed = _budgets(key) or self.budgets
        lacking = [budget for budget in needed if budget not in pair.evidence.budgets]
        if lacking:
            epochs = ", ".join(map(str, lacking))
            return not_run(f"this run has no budget of {epochs} epochs{cost}", margin)
        lost = pair.evidence.diverged(needed)
        if lost:
            return incomparable(divergence_text(lost), margin)
        if key.quantity in FINALS:
            mean = PublishedMean(published, *self.ranges.get(key, (None, None)))
            seeds = list(pair.evidence.final(int(key.budget)).values())
            return judge_means(seeds, mean, margin, logarithmic=FINALS[key.quantity])
        if ours is None:
            return incomparable("the quantity does not exist for these curves", margin)
        others = [values.get(key) for values in pair.evidence.without_seeds.values()]
        return judge_statistic(ours, others, published, margin)


def _budgets(key: Key) -> tuple[int, ...]:
    """Budgets that a number names."""
    return tuple(int(budget) for budget in (key.budget, key.other_budget) if budget)


def _area_row(number: Number, area: float, figure: str) -> Row:
    """A closed form: it is the published one or it is not."""
    same = matches(number.key.quantity, area, number.value)
    reason = (
        "closed form, equal to the printed digits"
        if same
        else f"closed form, would be printed as {printed(number.key.quantity, area)}"
    )
    return {
        **dict.fromkeys(COLUMNS),
        **number.key._asdict(),
        "published": number.value,
        "ours": area,
        "verdict": "reproduced" if same else "not reproduced",
        "reason": reason,
        "figure": figure,
    }


def _interval(
    quantity: str, published: float, half_width: float | None
) -> tuple[float | None, float | None]:
    """The interval around a published value, on the scale of the value."""
    if half_width is None:
        return None, None
    if FINALS.get(quantity):
        factor = 10**half_width if half_width < 300 else math.inf
        return published / factor, published * factor
    return published - half_width, published + half_width


def _margin_text(quantity: str, margin: float) -> str:
    return f"factor {10**margin:.3g}" if FINALS.get(quantity) else f"±{margin:.2g}"


def _deviation_text(deviations: Sequence[str], shown: int = 3) -> str:
    more = len(deviations) - shown
    rest = f"; and {more} more settings" if more > 0 else ""
    return f"the protocol is not the paper's: {'; '.join(deviations[:shown])}{rest}"


def divergence_text(lost: Mapping[int, Sequence[int]]) -> str:
    """Which seeds did not reach the end, by budget."""
    parts = [f"{', '.join(map(str, seeds))} at budget {b}" for b, seeds in lost.items()]
    return f"seeds diverged: {'; '.join(parts)}"
