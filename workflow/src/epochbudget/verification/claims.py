"""The paper's claims, tested on a run seed by seed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

import numpy as np

from epochbudget.published.values import Key
from epochbudget.verification.cells import Reproduction, Row, divergence_text
from epochbudget.verification.ordering import Claim, always, ordering
from epochbudget.verification.protocol import PUBLISHED_METHODS

COLUMNS = (
    "claim",
    "model",
    "statement",
    "published",
    "ours",
    "seeds_for",
    "seeds",
    "p",
    "verdict",
    "reason",
)
"""Columns of claims.csv. published and ours are what the means say; p is that of the sign test."""

RIVALS = ("P", "C", "H", "EH")
"""Methods whose curves can depend on the budget; N and E are trivially insensitive."""

Values = Mapping[Key, float]


class Statement(NamedTuple):
    """What is claimed of a model; `published` is what the published means say of it."""

    claim: str
    model: str
    statement: str
    published: str


@dataclass(frozen=True)
class Claims:
    """Tests every claim on every model.

    Attributes:
        published: The published numbers.
        runs: (model, method) -> what the run has: at the paper's budgets, or, where it has none of
            them, at its own.
        budgets: The paper's budgets.
    """

    published: Values
    runs: Mapping[tuple[str, str], Reproduction]
    budgets: tuple[int, ...]

    def rows(self, models: Iterable[str]) -> list[Row]:
        """A row with COLUMNS for each claim about each of the published models."""
        claims: tuple[Callable[[str], Iterator[Row]], ...] = (
            self._lowest_slcd,
            self._improves,
            self._exponent,
            self._closest_power_law,
            self._best,
            self._controls,
        )
        return [row for claim in claims for model in models for row in claim(model)]

    def _lowest_slcd(self, model: str) -> Iterator[Row]:
        """The paper's main claim, of the mean over all pairs of budgets."""
        published = {code: self._published_slcd(model, code) for code in RIVALS}
        keys = {code: Key(model, code, "slcd_mean", "", "") for code in RIVALS}
        yield self._ordered("lowest SLCD", "SLCD", model, "EH", keys, published, True)

    def _closest_power_law(self, model: str) -> Iterator[Row]:
        keys = {code: Key(model, code, "power_regression_R2", "", "") for code in RIVALS}
        published = {code: self.published[key] for code, key in keys.items()}
        claim = "closest to a power law (R2)"
        yield self._ordered(claim, "R2", model, "EH", keys, published, False)

    def _best(self, model: str) -> Iterator[Row]:
        """The method that wins in the published table must win here."""
        final, longest = self._final(model), self.budgets[-1]
        published = {
            code: self.published[Key(model, code, final, str(longest), "")]
            for code in PUBLISHED_METHODS
        }
        lower = final == "final_val_loss"
        noun = "final loss" if lower else "final accuracy"
        winner = (min if lower else max)(published, key=lambda code: published[code])
        own = (pair.evidence.budgets[-1] for (m, _), pair in self.runs.items() if m == model)
        ours = max(own, default=longest)
        keys = {code: Key(model, code, final, str(ours), "") for code in PUBLISHED_METHODS}
        claim = f"best at {longest} epochs"
        yield self._ordered(claim, noun, model, winner, keys, published, lower)

    def _improves(self, model: str) -> Iterator[Row]:
        final = self._final(model)
        sign = 1 if final == "final_accuracy" else -1
        for code in ("H", "EH"):

            def better(of: Values, budgets: Sequence[int], code: str = code) -> bool:
                finals = [of[Key(model, code, final, str(budget), "")] for budget in budgets]
                return all(sign * (b - a) > 0 for a, b in pairwise(finals))

            statement = f"{code} improves with every longer budget"
            yield self._flagged("improves with the budget", model, code, statement, better)

    def _exponent(self, model: str) -> Iterator[Row]:
        sign = 1 if self._final(model) == "final_accuracy" else -1
        for code in ("H", "EH"):
            key = Key(model, code, "power_regression_B", "", "")

            def better(of: Values, budgets: Sequence[int], key: Key = key) -> bool:
                return sign * of[key] > 0

            statement = f"the power law's exponent B of {code} is an improvement"
            yield self._flagged("power-law exponent", model, code, statement, better, key)

    def _controls(self, model: str) -> Iterator[Row]:
        """N and E do not know the budget: what they train at a short one is a prefix."""
        for code in ("N", "E"):
            text = f"the curves of {code} are one curve, cut at each budget"
            said = Statement("trivial control", model, text, "true by definition")
            pair = self.runs.get((model, code))
            flags = prefixes(pair) if pair else {}
            ours = "" if not flags else "one curve" if all(flags.values()) else "several"
            result = always(flags, "the curves are prefixes")
            yield self._judged(said, (code,), result, ours)

    def _final(self, model: str) -> str:
        accuracy = any(key[:3] == (model, "N", "final_accuracy") for key in self.published)
        return "final_accuracy" if accuracy else "final_val_loss"

    def _published_slcd(self, model: str, code: str) -> float:
        return fmean(v for k, v in self.published.items() if k[:3] == (model, code, "slcd"))

    def _ordered(
        self,
        claim: str,
        noun: str,
        model: str,
        winner: str,
        keys: Mapping[str, Key],
        published: Mapping[str, float],
        lower_is_better: bool,
    ) -> Row:
        """A row on a claim that one method is best among several; `keys` are their values'."""
        best = "lowest" if lower_is_better else "highest"
        text = f"{winner} has the {best} {noun} among {', '.join(keys)}"
        said = Statement(claim, model, text, _ranking(published, lower_is_better))
        runs = {c: self.runs[model, c].evidence for c in keys if (model, c) in self.runs}
        by_seed = {
            code: {seed: of[keys[code]] for seed, of in run.of_seeds.items() if keys[code] in of}
            for code, run in runs.items()
        }
        means = {c: run.of_mean[keys[c]] for c, run in runs.items() if keys[c] in run.of_mean}
        complete = winner in runs and len(runs) > 1
        result = ordering(winner, by_seed, lower_is_better) if complete else None
        return self._judged(said, tuple(keys), result, _ranking(means, lower_is_better))

    def _flagged(
        self,
        claim: str,
        model: str,
        code: str,
        statement: str,
        holds: Callable[[Values, Sequence[int]], bool],
        shown: Key | None = None,
    ) -> Row:
        """A row on a claim about one method, true or false of a curve's values at some budgets."""

        def text(of: Values, budgets: Sequence[int]) -> str:
            answer = _answer(holds, of, budgets)
            value = f", B {of[shown]:.3g}" if shown and shown in of else ""
            return {True: "yes", False: "no", None: ""}[answer] + value

        run = self.runs[model, code].evidence if (model, code) in self.runs else None
        by_seed = run.of_seeds if run else {}
        flags = {s: _answer(holds, of, run.budgets) for s, of in by_seed.items() if run}
        said = Statement(claim, model, statement, text(self.published, self.budgets))
        ours = text(run.of_mean, run.budgets) if run else ""
        mean = bool(run and _answer(holds, run.of_mean, run.budgets))
        return self._judged(said, (code,), always(flags, "true", agrees=mean), ours)

    def _judged(
        self, said: Statement, codes: Sequence[str], result: Claim | None, ours: str
    ) -> Row:
        """A row from the seeds' answer and from what the run has of the methods concerned."""
        verdict, obstacle = self._obstacle(said.model, codes)
        if result and not obstacle:
            verdict = result.verdict
        found = result.reason if result and (result.seeds or not obstacle) else ""
        reason = f"{obstacle}; here {found}" if obstacle and found else obstacle or found
        return {
            **said._asdict(),
            "ours": ours,
            "seeds_for": result.seeds_for if result and result.seeds else None,
            "seeds": result.seeds if result and result.seeds else None,
            "p": result.p if result else None,
            "verdict": verdict,
            "reason": reason,
        }

    def _obstacle(self, model: str, codes: Sequence[str]) -> tuple[str, str]:
        """(verdict, reason) where there can be no test, else both blank."""
        pairs = {code: self.runs[model, code] for code in codes if (model, code) in self.runs}
        lacking = [code for code in codes if code not in pairs]
        if lacking:
            return "not run", f"this run lacks {', '.join(lacking)}"
        if any(pair.deviations for pair in pairs.values()):
            return "incomparable", "the protocol is not the paper's"
        common = set.intersection(*(set(pair.evidence.budgets) for pair in pairs.values()))
        budgets = [str(budget) for budget in self.budgets if budget not in common]
        if budgets:
            return "not run", f"this run lacks budgets {', '.join(budgets)}"
        lost = {c: d for c, p in pairs.items() if (d := p.evidence.diverged(p.evidence.budgets))}
        texts = [f"{code}: {divergence_text(found)}" for code, found in lost.items()]
        return ("incomparable", "; ".join(texts)) if lost else ("", "")


def prefixes(pair: Reproduction) -> dict[int, bool]:
    """By seed: whether the curve at each budget is the beginning of the longest, bit for bit."""
    runs, seeds = pair.evidence.curves.seeds, pair.evidence.seeds
    longest = pair.evidence.budgets[-1]
    return {
        seed: all(np.array_equal(runs[b][seed], runs[longest][seed][:b]) for b in runs)
        for seed in seeds
    }


def _answer(
    holds: Callable[[Values, Sequence[int]], bool], of: Values, budgets: Sequence[int]
) -> bool | None:
    """Whether it holds; None for a diverged seed, which lacks a value."""
    try:
        return holds(of, budgets)
    except KeyError:
        return None


def _ranking(values: Mapping[str, float], lower_is_better: bool) -> str:
    """Methods with their values, the best first."""
    ranked = sorted(values, key=lambda code: values[code], reverse=not lower_is_better)
    return ", ".join(f"{code} {values[code]:.3g}" for code in ranked)
