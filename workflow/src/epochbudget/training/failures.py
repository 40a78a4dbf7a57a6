"""Why the last attempt at a run has failed, beside its checkpoints: for `epochbudget status`.

A failure is no result: the next attempt goes on from the last checkpoint, and forgets it at its
end. A run that diverges does not fail: that is its result.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from epochbudget.errors import UserError, file_failure
from epochbudget.files import write_json
from epochbudget.training.progress import here, now, read_facts

log = logging.getLogger(__name__)

MEMORY_HINT = "give the job more memory, or set training.workers or training.lockstep lower"


@dataclass
class Failure:
    """Why the last attempt has failed.

    Attributes:
        reason: In words.
        hint: What to do.
        times: How often it has failed in a row.
        where: Machine, process and cluster job.
        time: When.
    """

    reason: str
    hint: str
    times: int
    where: str
    time: str


def explained(runs: Sequence[object], error: Exception) -> UserError:
    """What a user is told of an exception; what nobody foresaw goes into the log as a whole."""
    what = str(runs[0]) if len(runs) == 1 else f"{len(runs)} runs in lockstep"
    if isinstance(error, OSError):
        return file_failure(error)
    if isinstance(error, UserError):
        return type(error)(f"{what}: {error.message}", error.hint)
    # torch has a class for a GPU's memory, but not for the machine's.
    if isinstance(error, MemoryError) or "memory" in str(error):
        return UserError(f"{what}: too little memory ({str(error).splitlines()[0]})", MEMORY_HINT)
    log.error("%s failed", what, exc_info=error)
    hint = "the log of this job has the whole story"
    return UserError(f"{what}: {type(error).__name__}: {error}", hint)


def record(folder: Path, failure: UserError) -> None:
    """Note it in the folder of a run, if the disk lets us."""
    before = read(folder)
    times = before.times + 1 if before else 1
    facts = Failure(failure.message, failure.hint, times, here(), now())
    with suppress(OSError, UserError):
        write_json(folder / "failure.json", asdict(facts), sealed=False)


def read(folder: Path) -> Failure | None:
    """Why the last attempt has failed; None if it has not, or nobody knows."""
    return read_facts(folder / "failure.json", Failure)


def clear(folder: Path) -> None:
    """The run has ended."""
    (folder / "failure.json").unlink(missing_ok=True)
