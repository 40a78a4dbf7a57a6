"""What figures of hyperparameter studies share: which there are, and reading `trials.csv`."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.errors import UserError
from epochbudget.figures.base import Drawing
from epochbudget.figures.frame import frame

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment

RANDOM = 10
"""Trials at the start of a study that are random whatever they give."""


@dataclass(frozen=True)
class Trial:
    """One trial of a study; its value is None if it failed."""

    number: int
    value: float | None
    parameters: dict[str, float]


def drawings_of_studies(kind: str, experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model, named by the kind and the label."""
    if experiment.mode == "compare":
        return {}
    study = experiment.config.study
    found = {}
    for label in experiment.labels:
        codes = [pair.code for pair in experiment.pairs if pair.label == label]
        paths = tuple(experiment.path("trials", label=label, code=code) for code in codes)
        size = {"trials": study.trials, "epochs": study.epochs, "random": RANDOM}
        options = {**frame(experiment), "label": label, "codes": codes, **size}
        found[f"{kind}_{label}"] = Drawing(paths, options, (label,), tuple(codes))
    return found


def read_trials(path: Path) -> list[Trial]:
    """The trials of a study in their order.

    Raises:
        UserError: If the file is not as a study writes it.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [_trial(row) for row in csv.DictReader(stream)]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UserError(
            f"{path} is no table of trials ({error})", f"delete it and run: snakemake {path}"
        ) from error


def _trial(row: dict[str, str]) -> Trial:
    known = ("trial", "state", "value", "reason")
    parameters = {name: float(text) for name, text in row.items() if name not in known}
    return Trial(int(row["trial"]), float(row["value"]) if row["value"] else None, parameters)
