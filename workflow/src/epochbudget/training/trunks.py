"""Trunks: the first epochs of runs that differ in their budget alone, trained once.

The rates of some methods do not depend on the budget until a cooldown begins. A run of such a
method leaves a checkpoint where its trunk ends, and where those of the shorter runs of its job do;
each of these, and any longer run, begins there instead of at its first epoch. A run that finds no
checkpoint trains its trunk itself and is the same, bit for bit: nothing but time depends on them.
"""

import logging
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.errors import UserError
from epochbudget.files import make_folder
from epochbudget.training.run import Run
from epochbudget.training.store import (
    History,
    Store,
    checkpoints,
    epoch_of,
    first_undamaged,
    write_checkpoint,
)

if TYPE_CHECKING:
    from epochbudget.training.loop import Trainer

log = logging.getLogger(__name__)


def left(store: Store, run: Run) -> list[Path]:
    """The checkpoints of a run's trunk, the last one first."""
    return checkpoints(_folder(store, run)) if run.trunk else []


def usable(store: Store, run: Run) -> list[Path]:
    """Those of them with which the run can begin."""
    return [path for path in left(store, run) if epoch_of(path) <= run.trunk]


def leave(store: Store, run: Run, history: History, state: Mapping[str, Any]) -> None:
    """Keep the state of a run for others; if the disk refuses, they only take longer."""
    if history.epochs in map(epoch_of, left(store, run)):
        return
    folder = _folder(store, run)
    origin = {"run": run.key, "epochs": history.epochs}
    try:
        make_folder(folder)
        # Written in the run's own folder, which nobody else writes to while it is held.
        path = write_checkpoint(store.place(run), history, {**state, "trunk": origin})
        path.replace(folder / path.name)
    except (OSError, UserError) as error:
        log.warning("%s: its trunk cannot be kept for other budgets (%s)", run, error)


def begin(store: Store, run: Run, trainer: "Trainer") -> tuple[History, dict[str, Any]] | None:
    """Bring a new trainer to where a checkpoint of its trunk is.

    Returns:
        The history up to there, and which run has trained it (key and epochs); None if there is no
        such checkpoint.
    """
    found = None
    with suppress(OSError):  # another job may have tidied up a moment ago
        found = first_undamaged(usable(store, run), str(run))
    if found is None:
        return None
    history, state = found
    rates = history.columns["lr"]
    if _rates(run, trainer)[: len(rates)] != rates:
        log.warning("%s: has other rates than its trunk in the store; trains its own", run)
        return None
    _pass_epochs(trainer, len(rates))
    own = trainer.state_dict()
    groups = own["optimizer"]["param_groups"]  # the rate is there, the moments are elsewhere
    optimizer = {**state["optimizer"], "param_groups": groups}
    trainer.load_state_dict({**state, "optimizer": optimizer, "scheduler": own["scheduler"]})
    return history, state["trunk"]


def wait(store: Store, run: Run, training: Iterable[Run]) -> bool:
    """Whether a run had better wait, because one of those in training will leave its trunk."""
    if not run.trunk or run.trunk in map(epoch_of, left(store, run)):
        return False
    return any(other.trunk >= run.trunk and other.trunk_key == run.trunk_key for other in training)


def tidy(store: Store, runs: Sequence[Run]) -> None:
    """Remove what was left for `runs`, which have ended; the last is kept for a longer one."""
    for run in runs:
        for path in left(store, run)[1:]:
            if epoch_of(path) == run.trunk:
                path.unlink(missing_ok=True)


def discard(store: Store, run: Run) -> None:
    """Remove a trunk that nobody will continue."""
    for path in left(store, run):
        path.unlink(missing_ok=True)
    if run.trunk:
        with suppress(OSError):  # there is none, or another job is about to write to it
            _folder(store, run).rmdir()


def _folder(store: Store, run: Run) -> Path:
    return store.folder / run.trunk_key


def _steps(trainer: "Trainer") -> int:
    return math.ceil(trainer.problem.train_size / trainer.problem.batch_size)


def _rates(run: Run, trainer: "Trainer") -> list[float]:
    """The rate of the first step of each epoch."""
    from epochbudget.schedules.rates import learning_rates

    steps = _steps(trainer)
    return learning_rates(run.the_method, run.hyperparameters, run.budget, steps)[::steps]


def _pass_epochs(trainer: "Trainer", epochs: int) -> None:
    """Move the schedule of a new trainer through its first epochs."""
    with warnings.catch_warnings():
        # Rightly: the optimizer has not stepped.
        warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
        for _ in range(epochs):
            for _ in range(_steps(trainer)):
                trainer.after_step()
            trainer.after_epoch()
