"""Carries out runs: takes what the store has, trains what is missing, leaves checkpoints."""

import logging
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from epochbudget.training.provenance import provenance
from epochbudget.training.run import Run
from epochbudget.training.store import History, Store
from epochbudget.training.tracking import Tracking, tracked

if TYPE_CHECKING:
    import torch
    from tqdm import tqdm

    from epochbudget.tasks.base import Problem
    from epochbudget.training.loop import EpochResult, Trainer

log = logging.getLogger(__name__)


@dataclass
class Runner:
    """Carries out the runs of one job, which share a device and a data file.

    Attributes:
        store: Where runs stand.
        data: The data file.
        device: Where to train.
        log_every: Epochs between two lines in the log.
        checkpoint_seconds: Least time between two checkpoints.
        tracking: Optional mirror of the curves.
    """

    store: Store
    data: Path
    device: "torch.device"
    log_every: int = 10
    checkpoint_seconds: float = 30.0
    tracking: Tracking = field(default_factory=Tracking)
    _problem: "tuple[str, Problem] | None" = None

    def problem(self, run: Run) -> "Problem":
        """The run's problem; runs of one job have the same, so it is built once."""
        name = str(run.task)
        if self._problem is None or self._problem[0] != name:
            built = run.the_task.problem(run.task["settings"], self.data, self.device)
            self._problem = (name, built)
        return self._problem[1]

    def history(self, run: Run) -> History:
        """The history of `run` for exactly its budget, trained as far as it is not in the store.

        Raises:
            SystemExit: After a checkpoint, if the process was asked to end.
        """
        stored = self.store.read(run)
        if stored.covers(run.budget):
            log.info("%s: reused from the store (%s)", run, run.key)
            return stored.prefix(run.budget)
        with _EndRequest() as end:
            history = self._train(run, end)
            self.store.write(run, history, provenance(self.device))
            if not run.budget_free or history.status != "finished":
                self.store.discard_checkpoint(run)  # no longer budget can continue from it
        if end.asked:
            log.warning("%s: asked to end, stopped after this run", run)
            raise SystemExit(128 + end.asked)
        return history.prefix(run.budget)

    def _train(self, run: Run, end: "_EndRequest") -> History:
        from epochbudget.training.loop import Trainer

        trainer = Trainer(
            self.problem(run),
            run.the_method,
            run.optimizer,
            run.hyperparameters,
            run.budget,
            run.seed,
        )
        history = self._resume(run, trainer)
        log.info("%s: training epochs %d to %d (%s)", run, history.epochs + 1, run.budget, run.key)
        saved = time.monotonic()
        with tracked(self.tracking, run) as report, _progress(run) as bar:
            while not history.covers(run.budget):
                start = time.monotonic()
                result = trainer.train_epoch()
                seconds = time.monotonic() - start
                if not result.finite:
                    history.status = "diverged"
                    log.warning("%s: diverged in epoch %d", run, history.epochs + 1)
                    break
                _append(history, result, seconds)
                self._log(run, history)
                report(history)
                bar.update()
                last = history.covers(run.budget)
                if end.asked or (last and run.budget_free) or self._due(saved, last):
                    self.store.save_checkpoint(run, history, trainer.state_dict())
                    saved = time.monotonic()
                if end.asked and not last:
                    log.warning("%s: asked to end, stopped after epoch %d", run, history.epochs)
                    raise SystemExit(128 + end.asked)
        return history

    def _resume(self, run: Run, trainer: "Trainer") -> History:
        checkpoint = self.store.load_checkpoint(run)
        if checkpoint is None:
            return History()
        history, state = checkpoint
        trainer.load_state_dict(state)
        log.info("%s: continues after epoch %d", run, history.epochs)
        return history

    def _due(self, saved: float, last: bool) -> bool:
        return not last and time.monotonic() - saved >= self.checkpoint_seconds

    def _log(self, run: Run, history: History) -> None:
        if history.epochs % self.log_every == 0 or history.epochs == run.budget:
            row = {name: values[-1] for name, values in history.columns.items()}
            accuracy = "" if row["accuracy"] is None else f" accuracy {row['accuracy']:.4f}"
            log.info(
                "%s: epoch %d/%d lr %.3e train %.4e validation %.4e%s (%.2f s)",
                *(run, history.epochs, run.budget, row["lr"], row["train_loss"]),
                *(row["val_loss"], accuracy, row["seconds"]),
            )


def _append(history: History, result: "EpochResult", seconds: float) -> None:
    row = {**vars(result), "seconds": seconds}
    for name, values in history.columns.items():
        values.append(row[name])


def _progress(run: Run) -> "tqdm[Any]":
    """A progress bar, only where a person watches."""
    from tqdm import tqdm

    bar: tqdm[Any] = tqdm(total=run.budget, desc=str(run), unit="epoch", leave=False, disable=None)
    return bar


class _EndRequest:
    """Notes SIGTERM and SIGUSR1 (preemption, time limit), so that the epoch can end."""

    SIGNALS = (signal.SIGTERM, signal.SIGUSR1)

    def __enter__(self) -> "_EndRequest":
        self.asked = 0
        self._before = [signal.signal(number, self._note) for number in self.SIGNALS]
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = number

    def __exit__(self, *exception: object) -> None:
        for number, handler in zip(self.SIGNALS, self._before, strict=True):
            signal.signal(number, handler)
