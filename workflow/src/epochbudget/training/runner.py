"""Carries out runs: takes what the store has, trains what is missing, leaves checkpoints."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.errors import UserError, collected, raise_first
from epochbudget.training import failures, trunks
from epochbudget.training.device import prepare
from epochbudget.training.provenance import provenance
from epochbudget.training.run import Run
from epochbudget.training.session import Session
from epochbudget.training.side_by_side import side_by_side
from epochbudget.training.signals import EndRequest
from epochbudget.training.store import History, Store
from epochbudget.training.tracking import Tracking, tracked
from epochbudget.training.trainers import trainer

if TYPE_CHECKING:
    import torch
    from tqdm import tqdm

    from epochbudget.tasks.base import Problem

log = logging.getLogger(__name__)

LOST = 60.0
"""Seconds of training that a killed job may lose, or one epoch if that is longer."""


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
        workers: Runs side by side, each in a process of its own.
        lockstep: Label of a model -> runs of it that train as one batched computation, at most.
        cuda_graphs: Whether runs in lockstep replay their steps as CUDA graphs.
        observe: Whether runs are observed between their epochs' ends.
        flatness: Whether the largest eigenvalue of the Hessian is measured at their end. With one
            of the two no run trains in lockstep, and one that has ended without trains again.
        dynamics: What steers runs of the methods of LODE.
    """

    store: Store
    data: Path
    device: "torch.device"
    log_every: int = 10
    checkpoint_seconds: float = 55.0
    tracking: Tracking = field(default_factory=Tracking)
    workers: int = 1
    lockstep: Mapping[str, int] = field(default_factory=dict)
    cuda_graphs: bool = False
    observe: bool = False
    flatness: bool = False
    dynamics: Mapping[str, Any] | None = None
    _problem: "tuple[str, Problem] | None" = None
    _trained: set[str] = field(default_factory=set)
    _branches: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], store: Store, data: Path) -> "Runner":
        """A runner with the settings of the configuration's `training` and `tracking`.

        Raises:
            UserError: If there is no such device.
        """
        own = dict(settings)
        device = prepare(own.pop("device", "auto"))
        tracking = Tracking(**own.pop("tracking", {}))
        return cls(store, data, device, tracking=tracking, **own)

    def problem(self, run: Run) -> "Problem":
        """The run's problem; runs of one job have the same, so it is built once."""
        name = str(run.task)
        if self._problem is None or self._problem[0] != name:
            built = run.the_task.problem(run.task["settings"], self.data, self.device)
            self._problem = (name, built)
        return self._problem[1]

    def histories(self, runs: Sequence[Run]) -> list[History]:
        """The history of each run for exactly its budget; what the store lacks is trained.

        Raises:
            UserError: If a run failed; all the others were trained nevertheless.
            SystemExit: After checkpoints, if the process was asked to end.
        """
        failed: list[UserError] = []
        histories: list[History] = []
        with collected(failed):
            self.train_ahead(runs)
        if not failed:
            for run in runs:
                with collected(failed):
                    histories.append(self.history(run))
        raise_first(failed)
        trunks.tidy(self.store, runs)
        return histories

    def history(self, run: Run) -> History:
        """The history of one run; see `histories`."""
        stored = self.store.read(run)
        if not self._covered(run, stored):
            self._train_alone(run)
            return self.store.read(run).prefix(run.budget)
        if run.key not in self._trained:
            longer = f" of {stored.epochs}" if stored.epochs > run.budget else ""
            log.info("%s: %d epochs%s from the store (%s)", run, run.budget, longer, run.key)
        return stored.prefix(run.budget)

    def train_ahead(self, runs: Sequence[Run]) -> None:
        """Train what the store lacks of `runs`, as far as several of them can train at once."""
        missing = self._missing(runs)
        for run in missing:
            if run.trunk:
                self._branches.setdefault(run.trunk_key, set()).add(run.trunk)
        failed: list[UserError] = []
        for group in self._lockstep_groups(missing):
            with collected(failed):
                self._train_lockstep(group)
                self._trained.update(run.key for run in group)
        if self.workers > 1 and len(rest := self._missing(missing)) > 1 and not failed:
            with collected(failed):
                side_by_side(self, rest)
                self._trained.update(run.key for run in rest)
        raise_first(failed)

    def _missing(self, runs: Sequence[Run]) -> list[Run]:
        """One run for each key that the store does not cover, longest first.

        A run to a smaller budget of a budget-free method has the key of the longest, whose prefix
        it is; long runs first keep all workers busy to the end. One that is only to be observed
        is trained as far as it has been, so that nothing of it is lost.
        """
        longest: dict[str, Run] = {}
        for run in sorted(runs, key=lambda run: -run.budget):
            longest.setdefault(run.key, run)
        stored = {key: self.store.read(run) for key, run in longest.items()}
        return [
            replace(run, budget=max(run.budget, stored[key].epochs)) if run.budget_free else run
            for key, run in longest.items()
            if not self._covered(run, stored[key])
        ]

    def _covered(self, run: Run, stored: History) -> bool:
        """Whether nothing is left to train of a run, or to observe."""
        asked = {"observations": self.observe, "flatness": self.flatness}
        noted = self.store.noted(run) if any(asked.values()) else {}
        return stored.covers(run.budget) and all(name in noted for name in asked if asked[name])

    def _lockstep_groups(self, runs: Sequence[Run]) -> list[list[Run]]:
        """Runs of one problem each, at least two and at most as many as the settings say."""
        able: dict[str, list[Run]] = {}
        for run in [] if self.observe or self.flatness else runs:
            if run.task["label"] in self.lockstep and run.the_method.lockstep:
                able.setdefault(str(run.task), []).append(run)
        if able and self.tracking.mode != "off":
            log.warning("with tracking on, runs train singly instead of in lockstep")
            return []
        groups = []
        for several in able.values():
            size = self.lockstep[several[0].task["label"]]
            groups += [several[i : i + size] for i in range(0, len(several), size)]
        return [group for group in groups if len(group) > 1]

    def _train_alone(self, run: Run) -> None:
        with self._alone_at([run]) as (end, missing):
            for session in map(self._open, missing):
                with tracked(self.tracking, run) as report, _progress(run) as bar:
                    for epoch in range(session.inherited):
                        report(session.history.prefix(epoch + 1))
                    while not session.done:
                        start = time.monotonic()
                        end.epoch_begins(session.epoch_seconds)
                        result = session.trainer.train_epoch()
                        end.epoch_ended()
                        session.add(result, time.monotonic() - start)
                        report(session.history)
                        bar.update()
                        self._between_epochs([session], end)
                session.finish(provenance(self.device))
                self._heed(end.asked, [session])

    def _train_lockstep(self, runs: Sequence[Run]) -> None:
        from epochbudget.training.lockstep import Lockstep

        with self._alone_at(runs) as (end, missing):
            sessions = [self._open(run) for run in missing]
            while sessions:
                log.info("in lockstep: %d runs", len(sessions))
                lockstep = Lockstep([session.trainer for session in sessions], self.cuda_graphs)
                where = {**provenance(self.device), "lockstep": len(sessions)}
                while not any(session.done for session in sessions):
                    start = time.monotonic()
                    end.epoch_begins(sum(session.epoch_seconds or math.inf for session in sessions))
                    results = lockstep.train_epoch()
                    end.epoch_ended()
                    seconds = (time.monotonic() - start) / len(sessions)
                    for session, result in zip(sessions, results, strict=True):
                        session.add(result, seconds)
                    self._between_epochs(sessions, end, lockstep.sync)
                lockstep.sync()
                for session in (s for s in sessions if s.done):
                    session.finish(where)
                sessions = [session for session in sessions if not session.done]
                self._between_epochs(sessions, end)

    @contextmanager
    def _alone_at(self, runs: Sequence[Run]) -> Iterator[tuple[EndRequest, list[Run]]]:
        """Hold `runs`, so that no other job trains them, and record it if they fail.

        Yields:
            The requests to end, and those of the runs that are still missing once they are held.

        Raises:
            UserError: Whatever fails.
        """
        with EndRequest() as end, ExitStack() as locks, self._failures_recorded(runs):
            for run in sorted(runs, key=lambda run: run.key):  # one order, or jobs could block
                locks.enter_context(self.store.lock(run, end))
                self._heed(end.asked, [])
            yield end, self._missing(runs)

    @contextmanager
    def _failures_recorded(self, runs: Sequence[Run]) -> Iterator[None]:
        """Leave the reason of a failure beside the runs, for `epochbudget status`."""
        try:
            yield
        except Exception as error:  # whatever it is, other runs may go on
            failure = failures.explained(runs, error)
            for run in runs:
                failures.record(self.store.place(run), failure)
            raise failure from error

    def _open(self, run: Run) -> Session:
        made = trainer(run, self.problem(run), self.observe, self.dynamics)
        branches = {run.trunk, *self._branches.get(run.trunk_key, ())} if run.trunk else set()
        ends = [epoch for epoch in branches if epoch <= run.trunk]
        return Session(run, made, self.store, self.log_every, ends, self.flatness)

    def _between_epochs(
        self,
        sessions: Sequence[Session],
        end: EndRequest,
        before_saving: Callable[[], None] = lambda: None,
    ) -> None:
        """Write checkpoints when they are due or the process is asked to end, and then end.

        Not while a run is done but not recorded: it would be lost.
        """
        if leaving := [session for session in sessions if session.at_branch]:
            before_saving()
            for session in leaving:
                session.leave_trunk()
        if any(session.done for session in sessions):
            return
        if end.asked or any(map(self._due, sessions)):
            self._save(sessions, before_saving)
        if asked := end.asked:  # perhaps only since a moment ago
            self._save(sessions, before_saving)
            self._heed(asked, sessions)

    @staticmethod
    def _save(sessions: Sequence[Session], before_saving: Callable[[], None]) -> None:
        before_saving()
        for session in sessions:
            session.save()

    def _due(self, session: Session) -> bool:
        """Whether it is time for a checkpoint, or would be before the next epoch has ended."""
        since = time.monotonic() - session.saved
        next_time = since + (session.epoch_seconds or 0.0)
        return since >= self.checkpoint_seconds or next_time > max(LOST, self.checkpoint_seconds)

    @staticmethod
    def _heed(asked: int, sessions: Sequence[Session]) -> None:
        """End if the process was asked to; all that was trained must be stored by now."""
        if asked:
            for session in sessions:
                log.warning(
                    "%s: asked to end, stopped after epoch %d", session.run, session.history.epochs
                )
            raise SystemExit(128 + asked)


def _progress(run: Run) -> "tqdm[Any]":
    """A progress bar, only where a person watches."""
    from tqdm import tqdm

    return tqdm(total=run.budget, desc=str(run), unit="epoch", leave=False, disable=None)
