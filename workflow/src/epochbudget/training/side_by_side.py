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

from epochbudget.errors import UserError, file_failure
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
    failures: list[UserError] = []
    workers: list[_Worker] = []
    with EndRequest() as end:
        try:
            while waiting or workers:
                if end.asked:
                    waiting.clear()
                    for worker in workers:
                        worker.tell(end.asked)
                while waiting and len(workers) < runner.workers:
                    workers.append(_Worker(runner, waiting.popleft()))
                for pipe in wait([worker.pipe for worker in workers], timeout=1):
                    worker = next(w for w in workers if w.pipe is pipe)
                    if failure := worker.hear():
                        failures.append(failure)
                    if worker.alive and not worker.busy and waiting:
                        worker.give(waiting.popleft())
                    elif not worker.busy:
                        workers.remove(worker)
                        worker.dismiss()
        finally:  # workers are left only after an exception, such as Ctrl-C
            for worker in workers:
                worker.tell(signal.SIGTERM)
            for worker in workers:
                worker.dismiss()
    if end.asked:
        raise SystemExit(128 + end.asked)
    if failures:
        more = f" (and {len(failures) - 1} more runs failed)" if len(failures) > 1 else ""
        raise UserError(failures[0].message + more, failures[0].hint)


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
            return _death(run, self.process.exitcode)
        if word == "log":
            log.log(*details)
            return None
        self.run = None
        return UserError(f"{run}: {details[0]}", details[1]) if details else None

    def tell(self, number: int) -> None:
        """Pass a signal on, once: a second one would find it past its checkpoint."""
        if not self.told and self.process.is_alive() and self.process.pid:
            self.told = True
            os.kill(self.process.pid, number)

    def dismiss(self) -> None:
        """Let it end, and wait until it has."""
        self.pipe.close()
        self.process.join()


def _death(run: Run | None, status: int | None) -> UserError:
    hint = "the lines above say why; what was trained is kept, so run it again"
    if status == -signal.SIGKILL:
        hint = "often too little memory: give the job more, or set training.workers lower"
    return UserError(f"{run}: its worker process ended with status {status}", hint)


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


def _outcome(runner: "Runner", run: Run) -> tuple[str, ...]:
    """() once the run is in the store, or message and hint."""
    try:
        runner.history(run)
    except UserError as error:
        return error.message, error.hint
    except OSError as error:
        failure = file_failure(error)
        return failure.message, failure.hint
    except Exception as error:  # such as too little memory on the GPU: others may go on
        log.exception("%s failed", run)
        return f"{type(error).__name__}: {error}", "the log of this job has the whole story"
    return ()


class _PipeHandler(logging.Handler):
    """Sends lines to the parent, which alone writes the log file."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # the parent is gone, and with it the log
            self.pipe.send(("log", record.levelno, "%s", self.format(record)))
