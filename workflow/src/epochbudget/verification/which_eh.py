"""Which ExpHyperbolicLR the published EH numbers fit: with the old extra optimizer step or not.

Until 2024-07-24 the authors' ExpHyperbolicLR also stepped the optimizer, and the published EH
curves of LSTM and CNN are older.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from epochbudget.published.tables import Number
from epochbudget.verification.cells import FINALS, Judge, Reproduction, Row
from epochbudget.verification.statistics import JUDGED

TODAY, LEGACY = "EH", "EH-legacy"
INSIDE = ("reproduced", "consistent")


class Fit(NamedTuple):
    """How the published EH numbers lie to the 95 % intervals of one method's own."""

    inside: str
    """How many of all are inside, in words; blank if none can be judged."""
    finals: int
    missed: int
    """Final values that are outside."""
    obstacle: str
    """Why a final value cannot be judged; blank if all can."""


def rows(judge: Judge, numbers: Sequence[Number], models: Iterable[str]) -> Iterator[Row]:
    """A row of claims.csv for each model."""
    for model in models:
        own = [n for n in numbers if (n.key.model, n.key.scheduler) == (model, TODAY)]
        yield _row(judge, own, model)


def _row(judge: Judge, numbers: Sequence[Number], model: str) -> Row:
    fits = {
        code: _fit(judge, numbers, judge.runs[model, code])
        for code in (TODAY, LEGACY)
        if (model, code) in judge.runs
    }
    verdict, reason = _verdict(fits)
    return {
        "claim": "which EH was published",
        "model": model,
        "statement": f"the published EH numbers fit {LEGACY}, and not {TODAY}",
        "published": "curves older than the correction" if model in ("LSTM", "CNN") else "",
        "ours": "; ".join(f"{code}: {fit.inside}" for code, fit in fits.items() if fit.inside),
        "seeds_for": None,
        "seeds": None,
        "p": None,
        "verdict": verdict,
        "reason": reason,
    }


def _fit(judge: Judge, numbers: Sequence[Number], pair: Reproduction) -> Fit:
    """Judge a pair as if it were today's EH."""
    trial = replace(judge, runs={(numbers[0].key.model, TODAY): pair.named(TODAY)})
    found = trial.rows(numbers)
    judged = [row for row in found if row["verdict"] in JUDGED]
    inside = [row for row in judged if row["verdict"] in INSIDE]
    finals = [row for row in found if row["quantity"] in FINALS]
    missed = [row for row in finals if row in judged and row not in inside]
    lacking = next((row for row in finals if row not in judged), None)
    return Fit(
        inside=f"{len(inside)} of {len(judged)} numbers in the interval" if judged else "",
        finals=len(finals),
        missed=len(missed),
        obstacle=f"{pair.evidence.curves.code}: {lacking['reason']}" if lacking else "",
    )


def _verdict(fits: Mapping[str, Fit]) -> tuple[str, str]:
    """A method fits if at most one final value misses its interval.

    Of four independent intervals of 95 %, two or more miss in 1.4 % of true cases.
    """
    lacking = [code for code in (TODAY, LEGACY) if code not in fits]
    if lacking:
        return "not run", f"this run lacks {', '.join(lacking)}"
    obstacles = [fit.obstacle for fit in fits.values() if fit.obstacle]
    if obstacles:
        return "incomparable", "; ".join(obstacles)
    parts = [f"{code} misses {fit.missed} of {fit.finals}" for code, fit in fits.items()]
    reason = (
        f"final values outside their intervals: {', '.join(parts)}; to fit is to miss one at most"
    )
    today, legacy = (fits[code].missed <= 1 for code in (TODAY, LEGACY))
    if legacy != today:
        return ("holds" if legacy else "contradicted"), reason
    return "undecided", reason
