"""Runs side by side: worker processes that each train one run after another.

Workers are fresh processes, not forks: CUDA does not survive a fork. A run leaves its result in the
store, so only the run itself and words about it go between the processes.
"""

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from epochbudget.errors import FileSystemError, UserError, raise_first
from epochbudget.training import failures, trunks
from epochbudget.training.run import Run
from epochbudget.training.signals import EndRequest

if TYPE_CHECKING:
    from epochbudget.training.runner import Runner

log = logging.getLogger(__name__)


def side_by_side(runner: "Runner", runs: Sequence[Run]) -> None:
    """Train `runs` in `runner.workers` processes; afterwards the store has them.

    Raises:
        UserError: If a run failed; all the others were trained nevertheless.
        SystemExit: After checkpoints, if the process was asked to end.
    """
    log.info("side by side: %d runs in %d processes", len(runs), min(len(runs), runner.workers))
    waiting = deque(runs)
    failed: list[UserError] = []
    workers: list[_Worker] = []
    with EndRequest() as end:
        try:
            while waiting or workers:
                if end.asked:
                    waiting.clear()
                    for worker in workers:
                        worker.tell()
                while len(workers) < runner.workers and (run := _next(runner, waiting, workers)):
                    workers.append(_Worker(runner, run))
                for pipe in wait([worker.pipe for worker in workers], timeout=1):
                    worker = next(w for w in workers if w.pipe is pipe)
                    if failure := worker.hear():
                        failed.append(failure)
                        if isinstance(failure, FileSystemError):  # the next would fail as well
                            waiting.clear()
                    if worker.busy:
                        continue
                    if worker.alive and (run := _next(runner, waiting, workers)):
                        worker.give(run)
                    else:
                        workers.remove(worker)
                        worker.dismiss()
        finally:  # workers are left only after an exception, such as Ctrl-C
            for worker in workers:
                worker.tell()
            for worker in workers:
                worker.dismiss()
    if end.asked:
        raise SystemExit(128 + end.asked)
    raise_first(failed)


def _next(runner: "Runner", waiting: deque[Run], workers: "Sequence[_Worker]") -> Run | None:
    """Take the first run that need not wait for the trunk that another is training."""
    training = [worker.run for worker in workers if worker.run]
    for run in waiting:
        if not trunks.wait(runner.store, run, training):
            waiting.remove(run)
            return run
    return None


class _Worker:
    """A process that trains the runs it is given, one at a time.

    Args:
        runner: Says how.
        run: The first one.
    """

    def __init__(self, runner: "Runner", run: Run) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        # Problems hold whole data sets, so a worker builds its own.
        arguments = (replace(runner, _problem=None), other)
        self.store = runner.store
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        # Ctrl-C reaches every process, but the parent alone acts on it; a child inherits this.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        other.close()
        self.alive, self.told = True, False
        self.give(run)

    @property
    def busy(self) -> bool:
        """Whether it trains."""
        return self.run is not None

    def give(self, run: Run) -> None:
        """Let it train `run`."""
        self.run: Run | None = run
        with suppress(OSError):  # if it has died, `hear` says so
            self.pipe.send(run)

    def hear(self) -> UserError | None:
        """Take its next word: a line for the log, or the end of its run and why that failed."""
        run = self.run
        try:
            word, *details = self.pipe.recv()
        except (EOFError, OSError):
            self.alive, self.run = False, None
            self.process.join()
            return self._death(run)
        if word == "log":
            log.log(*details)
            return None
        self.run = None
        if not details:
            return None
        message, hint, fatal = details
        return (FileSystemError if fatal else UserError)(message, hint)

    def _death(self, run: Run | None) -> UserError:
        status = self.process.exitcode
        hint = "the lines above say why; what was trained is kept, so run it again"
        if status == -signal.SIGKILL:
            hint = f"often too little memory: {failures.MEMORY_HINT}"
        failure = UserError(f"{run}: its worker process ended with status {status}", hint)
        if run and not self.told:
            failures.record(self.store.place(run), failure)
        return failure

    def tell(self) -> None:
        """Ask it to end, once: a second request would find it past its checkpoint."""
        if not self.told and self.process.is_alive() and self.process.pid:
            self.told = True
            os.kill(self.process.pid, signal.SIGTERM)

    def dismiss(self) -> None:
        """Let it end, and wait until it has."""
        self.pipe.close()
        self.process.join()


def _work(runner: "Runner", pipe: Connection) -> None:
    """What a worker process does."""
    from epochbudget.training.device import prepare

    root = logging.getLogger("epochbudget")
    root.handlers = [_PipeHandler(pipe)]
    root.setLevel(logging.INFO)
    root.propagate = False
    prepare(str(runner.device))
    while True:
        try:
            run = pipe.recv()
        except (EOFError, OSError):
            return
        outcome = _outcome(runner, run)
        with suppress(OSError):  # the parent is gone; the store has the run
            pipe.send(("end", *outcome))


def _outcome(runner: "Runner", run: Run) -> tuple[str | bool, ...]:
    """() once the run is in the store, or message, hint, and whether the file system refuses."""
    try:
        runner.history(run)
    except UserError as error:
        return error.message, error.hint, isinstance(error, FileSystemError)
    return ()


class _PipeHandler(logging.Handler):
    """Sends lines to the parent, which alone writes the log file."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # the parent is gone, and with it the log
            self.pipe.send(("log", record.levelno, "%s", self.format(record)))
