"""`epochbudget status`: what is done, runs, has failed or is missing, and the time that is left."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget import selection

if TYPE_CHECKING:
    from epochbudget.status import Now, State

MARKS = {"running": "+", "failed": "!", "interrupted": "~"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `epochbudget status`."""
    selection.add_arguments(parser)
    parser.add_argument("--csv", action="store_true", help="one row for each study and run")


def run(args: argparse.Namespace) -> None:
    """Print the state of a configuration.

    Raises:
        UserError: If the configuration or a name is not allowed.
    """
    from epochbudget.status import State, hours_left, now, states
    from epochbudget.training.store import Store

    experiment, store = selection.selected(args), Store(Path("results/store"))
    found = states(experiment, store)
    if args.csv:
        writer = csv.DictWriter(
            sys.stdout, [field.name for field in fields(State)], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(map(asdict, found))
        return
    print(f"run {experiment.run}")
    for line in selection.aligned([_head(experiment.budgets), *_lines(found)], left=2):
        print(line)
    print("5/5: done of all; +2 running, !1 failed, ~1 interrupted; a diverged run is done")
    under_way = now(store)
    for line in (*_running(under_way), *_failed(under_way)):
        print(line)
    print(_summary(found, hours_left(experiment, store, found), len(under_way.running)))


def _head(budgets: Sequence[int]) -> list[str]:
    return ["model", "method", "trials", *(f"{budget} epochs" for budget in budgets)]


def _lines(found: "Sequence[State]") -> list[list[str]]:
    """One line for each model and method: its study, and its runs by budget."""
    pairs = dict.fromkeys((state.model, state.method) for state in found)
    lines = []
    for model, method in pairs:
        own = [state for state in found if (state.model, state.method) == (model, method)]
        studies = [state for state in own if state.stage == "study"]
        runs = [state for state in own if state.stage == "comparison"]
        budgets = dict.fromkeys(state.budget for state in runs)
        cells = [_cell([run for run in runs if run.budget == budget]) for budget in budgets]
        lines.append([model, method, _trials(studies), *cells])
    return lines


def _trials(studies: "Sequence[State]") -> str:
    return "".join(f"{s.done}/{s.of}{MARKS.get(s.state, '')}" for s in studies) or "-"


def _cell(runs: "Sequence[State]") -> str:
    count = Counter(run.state for run in runs)
    marks = [f" {mark}{count[state]}" for state, mark in MARKS.items() if count[state]]
    return f"{count['done'] + count['diverged']}/{len(runs)}{''.join(marks)}"


def _running(under_way: "Now") -> list[str]:
    return [
        f"running: {p.run}: epoch {p.epoch}/{p.epochs}"
        + (f", {p.seconds:.3g} s an epoch" if p.seconds else "")
        + f", on {p.where}, {p.time}"
        for p in under_way.running
    ]


def _failed(under_way: "Now") -> list[str]:
    return [
        f"failed: {f.reason} ({f.times} times in a row, last {f.time} on {f.where}). Hint: {f.hint}"
        for f in under_way.failed
    ]


def _summary(found: "Sequence[State]", hours: "Mapping[str, float | None]", at_once: int) -> str:
    from epochbudget.status import STATES

    count = Counter(state.state for state in found if state.stage == "comparison")
    text = "runs: " + ", ".join(f"{count[state]} {state}" for state in STATES if count[state])
    unknown = [model for model, time in hours.items() if time is None]
    total = sum(time for time in hours.values() if time is not None) / max(1, at_once)
    if not total and not unknown:
        return text + "; nothing left to train"
    if not total:
        return text + "; time left: not known before an epoch has been timed"
    how = f"{at_once} at a time as now" if at_once > 1 else "one run at a time"
    about = f"about {_duration(total)}, {how}"
    if unknown:
        about = f"at least {_duration(total)}, {how} (of {', '.join(unknown)} no epoch is timed)"
    return f"{text}; time left: {about}"


def _duration(hours: float) -> str:
    return f"{hours:,.3g} h" if hours >= 1 else f"{max(1, round(60 * hours))} min"
