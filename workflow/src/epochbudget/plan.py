"""What a configuration will train, and what it need not: `epochbudget plan`."""

import csv
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from epochbudget.comparison import one_run, read_best
from epochbudget.experiment import Experiment, Pair
from epochbudget.files import file_digest
from epochbudget.studies import study_key
from epochbudget.training.run import with_defaults
from epochbudget.training.store import Store


@dataclass(frozen=True)
class Epochs:
    """Training epochs of one pair, of one model, or of all.

    Attributes:
        study: Trials of the study, with all tuning seeds.
        comparison: All budgets and seeds, each run on its own.
        prefixes: Of the comparison: shorter runs of budget-free methods, which are the beginning
            of the longest.
        trials: Of the comparison: what the study's winning trial has trained already.
        stored: Finished, whether by this configuration or by another.
    """

    study: int = 0
    comparison: int = 0
    prefixes: int = 0
    trials: int = 0
    stored: int = 0

    @property
    def left(self) -> int:
        """Epochs that remain to be trained."""
        return self.study + self.comparison - self.prefixes - self.trials - self.stored

    def __add__(self, other: "Epochs") -> "Epochs":
        return Epochs(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


COLUMNS = ("model", "method", *(field.name for field in fields(Epochs)), "left")


def plan(experiment: Experiment, store: Store) -> dict[tuple[str, str], Epochs]:
    """The epochs of every pair, by label and code.

    A study counts as stored once its best.json is there; until then nothing of it does, nor of the
    comparison, because nobody knows its hyperparameters.
    """
    return {(pair.label, pair.code): _of(pair, experiment, store) for pair in experiment.pairs}


def write_csv(epochs: dict[tuple[str, str], Epochs]) -> None:
    """Print one row for each pair."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (label, code), row in epochs.items():
        writer.writerow([label, code, *asdict(row).values(), row.left])


def write_table(epochs: dict[tuple[str, str], Epochs]) -> None:
    """Print one line for each model, and the sum."""
    labels = dict.fromkeys(label for label, _ in epochs)
    rows = [(label, _sum(e for (own, _), e in epochs.items() if own == label)) for label in labels]
    lines = [("epochs", *COLUMNS[2:])]
    for name, row in [*rows, ("all", _sum(row for _, row in rows))]:
        lines.append((name, *(f"{number:,}" for number in (*astuple(row), row.left))))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *numbers in lines:
        cells = [n.rjust(width) for n, width in zip(numbers, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]))
    print("left = study + comparison - prefixes - trials - stored")


def _sum(several: Iterable[Epochs]) -> Epochs:
    return sum(several, start=Epochs())


def _of(pair: Pair, experiment: Experiment, store: Store) -> Epochs:
    study, budgets, seeds = experiment.config.study, experiment.budgets, experiment.seeds
    searched = experiment.mode != "compare"
    data = _digest(Path(experiment.path("data", dataset=pair.task.dataset)))
    best = _best(pair, experiment, data) if searched else _given(pair, experiment)
    epochs = Epochs(study=study.trials * study.epochs * len(study.seeds) if searched else 0)
    if searched and best:
        epochs += Epochs(stored=epochs.study)
    if experiment.mode == "optimize":
        return epochs
    if best:
        found = with_defaults(pair.method, best, experiment.config.infimum_lr)
    else:
        found = _any_hyperparameters(pair, experiment)
    budget_free = pair.method.budget_free(found)
    again = budget_free or study.epochs in budgets
    shared = len({*study.seeds} & {*seeds}) if searched and again else 0
    epochs += Epochs(
        comparison=sum(budgets) * len(seeds),
        prefixes=(sum(budgets) - max(budgets)) * len(seeds) if budget_free else 0,
        trials=min(study.epochs, max(budgets)) * shared,
    )
    if data and best:
        finished = _finished(pair, experiment, best, data, store)
        epochs += Epochs(stored=max(0, finished - epochs.trials))
    return epochs


def _finished(
    pair: Pair, experiment: Experiment, best: Mapping[str, Any], data: str, store: Store
) -> int:
    """Epochs of the comparison that are in the store, each counted once."""
    spec = experiment.comparison_spec(pair)
    runs = {}
    for budget in experiment.budgets:  # ascending: of runs with one key the longest stays
        for seed in experiment.seeds:
            run = one_run(spec, best, budget, seed, data)
            runs[run.key] = run
    histories = [(store.read(run), run.budget) for run in runs.values()]
    return sum(b if h.covers(b) else h.epochs for h, b in histories)


def _any_hyperparameters(pair: Pair, experiment: Experiment) -> dict[str, Any]:
    """Hyperparameters as a study might find them, for what depends on their names alone."""
    space = pair.method.search(experiment.config.study.epochs, 1)
    return {**{param.name: param.low for param in space}, **_given(pair, experiment)}


def _given(pair: Pair, experiment: Experiment) -> dict[str, Any]:
    found = experiment.default_hyperparameters(pair)
    return with_defaults(pair.method, found, experiment.config.infimum_lr)


def _best(pair: Pair, experiment: Experiment, data: str | None) -> dict[str, Any] | None:
    """What the study has found, if it has ended."""
    path = Path(experiment.path("best", label=pair.label, code=pair.code))
    if data is None or not path.is_file():
        return None
    record = read_best(path)
    key = study_key(experiment.study_spec(pair), data)
    return dict(record["hyperparameters"]) if record["study"] == key else None


@cache
def _digest(data: Path) -> str | None:
    return file_digest(data) if data.is_file() else None
