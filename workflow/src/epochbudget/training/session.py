"""A run under way: its trainer, its history and its place in the store."""

import logging
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from epochbudget.training import failures, progress, trunks
from epochbudget.training.run import Run
from epochbudget.training.store import History, Store

if TYPE_CHECKING:
    from epochbudget.training.loop import EpochResult, Trainer

log = logging.getLogger(__name__)


class Session:
    """Continues where the run's checkpoint is, or begins.

    Args:
        run: What is trained.
        trainer: Freshly made for it.
        store: Where its checkpoint and its record stand.
        log_every: Epochs between two lines in the log.
        branches: Epochs after which its state is left for runs to other budgets.
        flatness: Whether the largest eigenvalue of the Hessian is measured at its end.
    """

    def __init__(
        self,
        run: Run,
        trainer: "Trainer",
        store: Store,
        log_every: int,
        branches: Collection[int] = (),
        flatness: bool = False,
    ) -> None:
        self.run = run
        self.trainer = trainer
        self.store = store
        self.log_every = log_every
        self.branches = branches
        self.flatness = flatness
        self.history = History()
        self.trunk: dict[str, Any] | None = None
        self.inherited = 0
        checkpoint = store.load_checkpoint(run)
        if checkpoint and self._observed(checkpoint[1]):
            self.history, state = checkpoint
            trainer.load_state_dict(state)
            self.trunk = state.get("trunk")
            log.info("%s: continues after epoch %d", run, self.history.epochs)
        elif run.trunk and not self.observing and (begun := trunks.begin(store, run, trainer)):
            self.history, self.trunk = begun
            self.inherited = self.history.epochs
            words = "%s: begins after the %d epochs of its trunk that run %s has trained"
            log.info(words, run, self.history.epochs, self.trunk["run"])
        self.progress = progress.Progress.begin(
            store.place(run), str(run), run.budget, self.history.epochs
        )
        self.progress.write(store.place(run))
        first = self.history.epochs + 1
        log.info("%s: training epochs %d to %d (%s)", run, first, run.budget, run.key)
        self.saved, self.saved_epoch = time.monotonic(), self.history.epochs

    @property
    def observing(self) -> bool:
        """Whether the trainer notes more than an epoch's results."""
        return hasattr(self.trainer, "observations")

    def _observed(self, state: Mapping[str, Any]) -> bool:
        """Whether a checkpoint has what the trainer has to note; else the run begins anew."""
        return not self.observing or "observations" in state

    @property
    def done(self) -> bool:
        """Whether nothing is left to train."""
        return self.history.covers(self.run.budget)

    def add(self, result: "EpochResult", seconds: float) -> None:
        """Append an epoch; a loss that is not finite ends the run."""
        if not result.finite:
            self.history.status = "diverged"
            log.warning("%s: diverged in epoch %d", self.run, self.history.epochs + 1)
            return
        row: dict[str, Any] = {**vars(result), "seconds": seconds}
        for name, values in self.history.columns.items():
            values.append(row[name])
        self.progress.note(self.store.place(self.run), self.history.epochs, seconds)
        if self.history.epochs % self.log_every == 0 or self.done:
            accuracy = "" if result.accuracy is None else f" accuracy {result.accuracy:.4f}"
            log.info(
                "%s: epoch %d/%d lr %.3e train %.4e validation %.4e%s (%.2f s)",
                *(self.run, self.history.epochs, self.run.budget, result.lr, result.train_loss),
                *(result.val_loss, accuracy, seconds),
            )

    @property
    def epoch_seconds(self) -> float | None:
        """How long an epoch takes, as far as is known."""
        return self.progress.seconds

    @property
    def at_branch(self) -> bool:
        """Whether its state is to be left for runs to other budgets."""
        return self.history.status == "finished" and self.history.epochs in self.branches

    def leave_trunk(self) -> None:
        """Leave its state for runs to other budgets."""
        trunks.leave(self.store, self.run, self.history, self.trainer.state_dict())

    def save(self) -> None:
        """Write a checkpoint, unless there is one of this epoch."""
        if self.saved_epoch == self.history.epochs:
            return
        state = {**self.trainer.state_dict(), **self._origin()}
        self.store.save_checkpoint(self.run, self.history, state)
        self.progress.write(self.store.place(self.run))
        self.saved, self.saved_epoch = time.monotonic(), self.history.epochs

    def finish(self, provenance: Mapping[str, Any]) -> None:
        """Record the run; a budget-free one keeps its checkpoint, to go on to a longer budget."""
        if self.run.budget_free and self.history.status == "finished":
            self.save()
        if self.observing or self.flatness:
            self.store.note(self.run, self.history.epochs, self._noted())
        effort = {name: getattr(self.progress, name) for name in ("resumed", "trained_again")}
        self.store.write(self.run, self.history, {**provenance, **effort, **self._origin()})
        progress.clear(self.store.place(self.run))
        failures.clear(self.store.place(self.run))
        if not self.run.budget_free or self.history.status != "finished":
            self.store.discard_checkpoints(self.run)

    def _noted(self) -> dict[str, Any]:
        """What is noted of the run besides its history."""
        noted: dict[str, Any] = getattr(self.trainer, "noted", dict)()
        if self.flatness:
            from epochbudget.training.flatness import flatness

            finished = self.history.status == "finished"
            noted["flatness"] = flatness(self.trainer) if finished else None
        return noted

    def _origin(self) -> dict[str, Any]:
        """Which run has trained its first epochs, if it was another."""
        own = self.trunk is None or self.trunk["run"] == self.run.key
        return {} if own else {"trunk": self.trunk}
