"""Tables of measured step times, from which `epochbudget plan` estimates hours.

A time belongs to a model, a device and sizes; it is never used for other sizes.
"""

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment, Pair
from epochbudget.files import canonical_json, write_csv

DEFAULT = Path("config/step_times/cpu.csv")
"""Used when nothing else is given, relative to the working folder like the configuration."""
COLUMNS = (
    *("model", "device", "batch_size", "steps"),
    *("step_ms", "validation_ms", "epoch_s", "settings"),
)


@dataclass(frozen=True)
class StepTime:
    """How long one model of one size takes on one device.

    Attributes:
        model: Label of the task.
        device: Name for people, e.g. "cuda: NVIDIA H200".
        batch_size: Samples of a step.
        steps: Steps of an epoch.
        step_ms: Milliseconds of a training step.
        validation_ms: Milliseconds of a validation.
        settings: All sizes that the times depend on (`sizes`).
    """

    model: str
    device: str
    batch_size: int
    steps: int
    step_ms: float
    validation_ms: float
    settings: Mapping[str, Any]

    @property
    def epoch_s(self) -> float:
        """Seconds of an epoch: its steps and one validation."""
        return (self.steps * self.step_ms + self.validation_ms) / 1000


def sizes(experiment: Experiment, pair: Pair) -> dict[str, Any]:
    """The settings of the pair's task and data that a time depends on, by the configuration's keys.

    Seeds change no time. Data sets that are downloaded have one size, whatever their settings.
    """
    section, dataset = pair.task.section, registry.datasets()[pair.task.dataset]
    task = experiment.task_spec(pair)["settings"]
    data = {} if dataset.local else experiment.data_spec(dataset.name)
    found = {f"tasks.{section}.{name}": value for name, value in task.items()}
    found |= {f"data.{dataset.name}.{name}": value for name, value in data.items()}
    return {name: value for name, value in found.items() if not name.endswith("seed")}


def pairs_by_model(experiment: Experiment) -> dict[str, Pair]:
    """One pair of each model, by the label of its task: methods and optimizers change no size."""
    return {pair.task.label: pair for pair in experiment.pairs}


def find(times: Iterable[StepTime], model: str, settings: Mapping[str, Any]) -> StepTime | None:
    """The time of the model at exactly these settings, if there is one."""
    matching = (time for time in times if (time.model, time.settings) == (model, settings))
    return next(matching, None)


def by_model(experiment: Experiment, times: Sequence[StepTime]) -> dict[str, StepTime | None]:
    """The time of each model of the configuration, by the label of its task."""
    pairs = pairs_by_model(experiment)
    return {label: find(times, label, sizes(experiment, pair)) for label, pair in pairs.items()}


def gaps(experiment: Experiment, times: Sequence[StepTime]) -> list[str]:
    """Of each model without a time, in words, what differs from the nearest size measured."""
    pairs = pairs_by_model(experiment)
    unknown = [label for label, time in by_model(experiment, times).items() if time is None]
    return [_why_none(times, label, sizes(experiment, pairs[label])) for label in unknown]


def _why_none(times: Iterable[StepTime], model: str, settings: Mapping[str, Any]) -> str:
    others = [_difference(time.settings, settings) for time in times if time.model == model]
    if not others:
        return f"no step time of {model}"
    nearest = min(others, key=len)
    return f"no step time of {model} at these settings: {', '.join(nearest)}"


def _difference(measured: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """One text for each setting that is not the same."""
    return [
        f"{name} is {wanted.get(name)} (measured: {measured.get(name)})"
        for name in {**wanted, **measured}
        if wanted.get(name) != measured.get(name)
    ]


def merged(old: Iterable[StepTime], new: Sequence[StepTime]) -> list[StepTime]:
    """All times, new ones in place of old ones of the same model and settings."""
    return [time for time in old if not find(new, time.model, time.settings)] + list(new)


def significant(value: float) -> float:
    """The value to four digits: no clock says more."""
    return float(f"{value:.4g}")


def write(times: Iterable[StepTime], path: Path) -> None:
    """Write a table as CSV, atomically; the settings are JSON."""
    rows = [
        asdict(time)
        | {"epoch_s": significant(time.epoch_s), "settings": canonical_json(time.settings)}
        for time in times
    ]
    write_csv(path, rows, COLUMNS, sealed=False)  # people edit it


def read(path: Path) -> list[StepTime]:
    """Read a table; epoch_s, which the other columns give, is left aside.

    Raises:
        UserError: If the file is missing or no such table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            table = csv.DictReader(stream)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise ValueError(f"its columns are {', '.join(table.fieldnames or ())}")
            return [_time(row) for row in table]
    except (OSError, TypeError, ValueError, csv.Error) as error:
        raise UserError(
            f"{path}: this is no table of step times ({error}); allowed are the columns "
            f"{', '.join(COLUMNS)}",
            f"measure it: epochbudget plan --time-steps --times {path}",
        ) from error


def _time(row: Mapping[str, str]) -> StepTime:
    """One row, checked.

    Raises:
        TypeError: If a cell is missing.
        ValueError: If a number is none, or no possible one, or the settings are no JSON object.
    """
    time = StepTime(
        model=row["model"],
        device=row["device"],
        batch_size=int(row["batch_size"]),
        steps=int(row["steps"]),
        step_ms=float(row["step_ms"]),
        validation_ms=float(row["validation_ms"]),
        settings=json.loads(row["settings"]),
    )
    if not isinstance(time.settings, dict):
        raise ValueError(f"settings of {time.model} are {row['settings']}")
    for name in ("batch_size", "steps", "step_ms", "validation_ms"):
        if not 0 < getattr(time, name) < math.inf:
            raise ValueError(f"{name} of {time.model} is {getattr(time, name)}")
    return time
