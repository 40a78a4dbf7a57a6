"""Everything that a verification report shows, from the files of a run."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from epochbudget.config.verification import Margins
from epochbudget.curves import CurveSet, read_exported
from epochbudget.files import file_digest
from epochbudget.published.summary import counts
from epochbudget.published.tables import Number
from epochbudget.published.values import Key, subjects
from epochbudget.verification import caveats, claims, missing, peers, which_eh
from epochbudget.verification.cells import FINALS, Judge, Reproduction
from epochbudget.verification.evidence import Evidence
from epochbudget.verification.explanation import margin_rows, rule
from epochbudget.verification.findings import Sources
from epochbudget.verification.protocol import PAPER
from epochbudget.verification.provenance import provenance_rows
from epochbudget.verification.statistics import JUDGED


@dataclass(frozen=True)
class Inputs:
    """What a verification reads.

    Attributes:
        spec: `protocol.specification`.
        numbers: The published numbers.
        curves: The authors' curve files, as far as they are there.
        checksums: Their SHA-256 by name.
        recomputed: Rows of results/published/numbers.csv.
        closed_forms: Rows of results/published/closed_forms.csv.
        folder: Where the report will stand.
        pareto: Rows of the metric table `pareto`, if the run has methods that are not the paper's.
    """

    spec: Mapping[str, Any]
    numbers: Sequence[Number]
    curves: Sequence[Path]
    checksums: Mapping[str, str]
    recomputed: Sequence[Mapping[str, str]]
    closed_forms: Sequence[Mapping[str, str]]
    folder: Path
    pareto: Sequence[Mapping[str, str]] = ()


def gather(inputs: Inputs) -> dict[str, Any]:
    """The report's content, as `report.render` takes it.

    Raises:
        UserError: If a file of curves is malformed.
    """
    spec, numbers = inputs.spec, inputs.numbers
    published = {n.key: float(n.value) for n in numbers if n.key.model in subjects()}
    budgets = _budgets(published)
    models = tuple(dict.fromkeys(key.model for key in published))
    curves, changed = _authentic(inputs)
    authors = by_label(map(read_exported, curves))
    runs = {(p["model"], p["method"]): _pair(p, inputs.folder) for p in spec["pairs"]}
    costs = missing.rows({name: _complete(pair, budgets) for name, pair in runs.items()})
    judge = Judge(
        runs={n: replace(p, evidence=p.evidence.at(budgets)) for n, p in runs.items()},
        margins=spec["margins"],
        budgets=budgets,
        ranges=_ranges(published, authors),
        schedules=_relative(spec["schedules"], inputs.folder),
        costs=missing.in_words(costs),
    )
    verdicts = judge.rows(numbers)
    tested = claims.Claims(published, claimable(runs, budgets), budgets).rows(models)
    tested += which_eh.rows(judge, numbers, models)
    sources = Sources(
        published=published,
        curves=authors,
        runs=runs,
        claims=tested,
        judged=sum(row["verdict"] in JUDGED for row in verdicts if row["seeds"]),
        tuning_seeds=spec["tuning_seeds"],
        settings={k: v for p in spec["pairs"] for k, v in p["settings"].items()},
    )
    beside = peers.rows(inputs.pareto)
    return {
        "run": spec["run"],
        "facts": {"paper": "arXiv 2407.15200", "protocol": str(PAPER)},
        "protocol": _protocol(spec, changed),
        "verdicts": verdicts,
        "claims": tested,
        "peers": beside,
        "peers_claim": peers.claim(beside),
        "caveats": caveats.rows(sources),
        "closed_forms": [_numeric(row) for row in inputs.closed_forms],
        "published": counts(inputs.recomputed),
        "missing": costs,
        "margins": margin_rows(spec["margins"]),
        "rule": rule(list(dict.fromkeys(key.model for key in judge.ranges))),
        "provenance": provenance_rows(spec),
    }


def _pair(entry: Mapping[str, Any], folder: Path) -> Reproduction:
    evidence = Evidence.read(Path(entry["runs"]), entry["model"])
    figure = os.path.relpath(entry["figure"], folder)
    return Reproduction(evidence, entry["deviations"], figure)


def _relative(figures: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {code: os.path.relpath(path, folder) for code, path in figures.items()}


def _budgets(published: Iterable[Key]) -> tuple[int, ...]:
    """The paper's budgets: those of its final values."""
    return tuple(sorted({int(key.budget) for key in published if key.quantity in FINALS}))


def _complete(pair: Reproduction, budgets: Sequence[int]) -> list[int]:
    """The paper's budgets at which the pair was run by the paper's protocol."""
    return [b for b in budgets if b in pair.evidence.budgets] if not pair.deviations else []


def _ranges(
    published: Iterable[Key], authors: Mapping[tuple[str, str], CurveSet]
) -> dict[Key, tuple[float, float]]:
    """Smallest and largest seed of the published final values, from the authors' curves."""
    found = {}
    for key in published:
        curves = authors.get((subjects()[key.model].label, key.scheduler))
        if key.quantity in FINALS and curves and int(key.budget) in curves.mean:
            budget = int(key.budget)
            found[key] = (float(curves.low[budget][-1]), float(curves.high[budget][-1]))
    return found


def by_label(authors: Iterable[CurveSet]) -> dict[tuple[str, str], CurveSet]:
    """By the label in the file's name, which tells accuracies from losses, and the method."""
    endings = {"loss": "", "accuracy": "_ACC"}
    return {(c.label + endings[c.quantity], c.code): c for c in authors}


def _authentic(inputs: Inputs) -> tuple[list[Path], list[str]]:
    """The authors' files, and the names of those whose content is another."""
    changed = [p for p in inputs.curves if file_digest(p) != inputs.checksums.get(p.name)]
    return [p for p in inputs.curves if p not in changed], [p.name for p in changed]


def claimable(
    runs: Mapping[tuple[str, str], Reproduction], budgets: Sequence[int]
) -> dict[tuple[str, str], Reproduction]:
    """The runs at the paper's budgets, or at their own where they have none of these."""
    return {
        name: replace(pair, evidence=pair.evidence.at(budgets))
        if set(budgets) & set(pair.evidence.budgets)
        else pair
        for name, pair in runs.items()
    }


def _protocol(spec: Mapping[str, Any], changed: Iterable[str]) -> list[str]:
    """How the run differs from the paper's protocol, each difference once, deviations first."""
    pairs = spec["pairs"]
    lines = [] if pairs else ["no model with published numbers was run"]
    for kind, ending in (("deviations", ""), ("notes", "; no reason to call it incomparable")):
        lines += [f"{text}{ending}" for pair in pairs for text in pair[kind]]
    shipped = Margins().model_dump()
    for name, size in spec["margins"].items():
        if size != shipped[name]:
            lines.append(f"verification.margins.{name}: {size:g} (as shipped: {shipped[name]:g})")
    lines += [f"{name} is not the authors' file and was left aside" for name in changed]
    return list(dict.fromkeys(lines))


def _numeric(row: Mapping[str, str]) -> dict[str, Any]:
    """A row of a CSV file with its numbers as such."""
    return {name: _number(value) for name, value in row.items()}


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
