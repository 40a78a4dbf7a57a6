"""A run's results of one model and method, as the verification asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from epochbudget import registry
from epochbudget.curves import Curve, CurveSet
from epochbudget.published.tables import TABLES
from epochbudget.published.values import Key, published_value, subjects
from epochbudget.raw_runs import read_runs


@dataclass(frozen=True)
class Evidence:
    """The learning curves of one model and method, and every metric of them."""

    curves: CurveSet

    @classmethod
    def read(cls, path: Path, model: str) -> "Evidence":
        """Read the raw runs of a published model: its accuracies where it has them, else losses.

        Raises:
            UserError: If the file is malformed.
        """
        return cls(read_runs(path, subjects()[model].quantity))

    def at(self, budgets: Iterable[int]) -> "Evidence":
        """The same with these of its budgets only."""
        return self._of({b: self.curves.seeds[b] for b in budgets if b in self.curves.seeds})

    def named(self, code: str) -> "Evidence":
        """The same under another method's code."""
        return Evidence(replace(self.curves, code=code))

    @property
    def budgets(self) -> tuple[int, ...]:
        """Budgets, ascending."""
        return tuple(self.curves.seeds)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that every budget has."""
        runs = [set(by_seed) for by_seed in self.curves.seeds.values()]
        return tuple(sorted(set.intersection(*runs))) if runs else ()

    def diverged(self, budgets: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """Seeds that did not reach the end, by those of `budgets` at which there are such."""
        lost = self.curves.diverged
        return {budget: lost[budget] for budget in budgets if budget in lost}

    @cached_property
    def of_mean(self) -> Mapping[Key, float]:
        """Every metric of the mean curves, by the identifiers of the published numbers."""
        return _metrics(self.curves)

    @cached_property
    def of_seeds(self) -> Mapping[int, Mapping[Key, float]]:
        """The same of each seed's own curves; a seed that diverged at some budget has none."""
        lost = {seed for seeds in self.curves.diverged.values() for seed in seeds}
        return {s: self._among([s]).of_mean if s not in lost else {} for s in self.seeds}

    @cached_property
    def without_seeds(self) -> Mapping[int, Mapping[Key, float]]:
        """The same of the mean curves over all seeds but one, by the one left out."""
        if len(self.seeds) < 2:
            return {}
        return {s: self._among([o for o in self.seeds if o != s]).of_mean for s in self.seeds}

    def final(self, budget: int) -> dict[int, float]:
        """Final value of each seed that reached the end."""
        runs = self.curves.seeds[budget]
        return {seed: float(curve[-1]) for seed, curve in runs.items() if len(curve) == budget}

    def _among(self, seeds: Sequence[int]) -> "Evidence":
        return self._of({b: {s: runs[s] for s in seeds} for b, runs in self.curves.seeds.items()})

    def _of(self, seeds: Mapping[int, Mapping[int, Curve]]) -> "Evidence":
        own = self.curves
        return Evidence(CurveSet.from_seeds(own.label, own.code, own.quantity, seeds))


def _metrics(curves: CurveSet) -> dict[Key, float]:
    if not curves.seeds:
        return {}
    metrics = [registry.metrics()[name] for name in TABLES]
    return published_value(
        row for metric in metrics if metric.from_curves for row in metric.compute([curves])
    )
