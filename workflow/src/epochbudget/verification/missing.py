"""What a full verification still needs, and what that costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.metrics.names import model_name
from epochbudget.plan import hours, plan
from epochbudget.step_times import DEFAULT, StepTime, read
from epochbudget.training.store import Store
from epochbudget.verification.protocol import MODELS, PUBLISHED_METHODS, paper

Row = dict[str, Any]


def rows(complete: Mapping[tuple[str, str], Sequence[int]]) -> list[Row]:
    """What was not run by the paper's protocol: model, method, epochs and hours.

    Hours are those of one run at a time with the measured step times in config/step_times; None
    where there are none. Nothing of the store counts, so that they say what a fresh run takes.

    Args:
        complete: (model, method) -> the paper's budgets that were run by the paper's protocol.
    """
    times = read(DEFAULT)
    found: list[Row] = []
    for label in MODELS:
        for code in PUBLISHED_METHODS:
            done = complete.get((model_name(label), code), ())
            budgets = [budget for budget in paper().budgets if budget not in done]
            if budgets:
                found.append(_row(label, code, budgets, bool(done), times))
    return found


def in_words(missing: Iterable[Row]) -> dict[tuple[str, str], str]:
    """The costs for the reasons of verdicts, by model and method."""
    return {
        (row["model"], row["method"]): f"; it takes {row['epochs']:,} epochs"
        + ("" if row["hours"] is None else f", about {row['hours']:.2g} core-hours")
        for row in missing
    }


def _row(
    label: str, code: str, budgets: Sequence[int], studied: bool, times: Sequence[StepTime]
) -> Row:
    experiment = _narrowed(label, code, budgets, studied)
    work = {k: replace(w, stored=0) for k, w in plan(experiment, Store(Path())).items()}
    key = (label, code)
    return {
        "model": model_name(label),
        "method": code,
        "epochs": work[key].left,
        "hours": hours(experiment, work, times)[key],
    }


def _narrowed(label: str, code: str, budgets: Sequence[int], studied: bool) -> Experiment:
    """The paper's protocol for one model and method, without its study where that is done."""
    values = paper().config.model_dump()
    values |= {"run": "missing", "models": [label], "methods": [code], "methods_by_model": {}}
    values |= {"budgets": list(budgets)}
    if studied:
        values["mode"] = "compare"
    return Experiment(load(values))
