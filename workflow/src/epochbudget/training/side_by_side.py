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
    waiting = deque(runs)
    failures: list[UserError] = []
    workers: list[_Worker] = []

    def forward(number: int) -> None:
        for worker in workers:
            worker.signal(number)

    with EndRequest(forward) as end:
        try:
            while True:
                while waiting and not end.asked and len(workers) < runner.workers:
                    workers.append(_Worker(runner))
                    workers[-1].give(waiting.popleft())
                if not workers:
                    break
                ready = wait([worker.pipe for worker in workers])
                for worker in [w for w in workers if w.pipe in ready]:
                    if failure := worker.hear():
                        failures.append(failure)
                    if worker.busy:
                        continue
                    if worker.alive and waiting and not end.asked:
                        worker.give(waiting.popleft())
                    else:
                        workers.remove(worker)
                        worker.dismiss()
        finally:
            for worker in workers:  # only after an exception, such as Ctrl-C
                worker.signal(signal.SIGTERM)
                worker.dismiss()
    if end.asked:
        raise SystemExit(128 + end.asked)
    if failures:
        more = f" (and {len(failures) - 1} more runs failed)" if len(failures) > 1 else ""
        raise UserError(failures[0].message + more, failures[0].hint)


class _Worker:
    """A process that trains the runs it is given, one at a time."""

    def __init__(self, runner: "Runner") -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        # Problems hold whole data sets, so a worker builds its own.
        arguments = (replace(runner, _problem=None), other)
        self.process = context.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        other.close()
        self.alive = True
        self.run: Run | None = None

    @property
    def busy(self) -> bool:
        """Whether it trains."""
        return self.run is not None

    def give(self, run: Run) -> None:
        """Let it train `run`."""
        self.run = run
        self.pipe.send(run)

    def hear(self) -> UserError | None:
        """Take its next word: a line for the log, or the end of its run and why that failed."""
        run = self.run
        try:
            word, *details = self.pipe.recv()
        except EOFError:
            self.alive, self.run = False, None
            self.process.join()
            return UserError(
                f"{run}: its worker process ended with status {self.process.exitcode}",
                "-9 often means too little memory: give the job more, or train fewer side by side",
            )
        if word == "log":
            log.log(*details)
            return None
        self.run = None
        return UserError(f"{run}: {details[0]}", details[1]) if details else None

    def signal(self, number: int) -> None:
        """Pass a signal on."""
        if self.process.is_alive() and self.process.pid:
            os.kill(self.process.pid, number)

    def dismiss(self) -> None:
        """Let it end, and wait until it has."""
        self.pipe.close()
        self.process.join()


def _work(runner: "Runner", pipe: Connection) -> None:
    """What a worker process does."""
    from epochbudget.training.device import prepare

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent acts
    root = logging.getLogger("epochbudget")
    root.handlers = [_PipeHandler(pipe)]
    root.setLevel(logging.INFO)
    root.propagate = False
    prepare(str(runner.device))
    while True:
        try:
            run = pipe.recv()
        except EOFError:
            return
        try:
            runner.history(run)
            pipe.send(("end",))
        except OSError as error:
            failure = file_failure(error)
            pipe.send(("end", failure.message, failure.hint))
        except UserError as error:
            pipe.send(("end", error.message, error.hint))


class _PipeHandler(logging.Handler):
    """Sends lines to the parent, which alone writes the log file."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self.pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        self.pipe.send(("log", record.levelno, "%s", record.getMessage()))
