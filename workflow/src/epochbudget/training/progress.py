"""How far a run is, beside its checkpoints: for people who wait (`epochbudget status`).

Nothing here changes a result. Progress is written twice a second at most, so after a kill it
also says how many epochs are trained again.
"""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from epochbudget.files import write_json

Facts = TypeVar("Facts")

INTERVAL = 0.5
"""Least seconds between two writes."""


@dataclass
class Progress:
    """What is known of a run under way.

    Attributes:
        run: Which run it is, for people.
        epochs: Epochs that it is to train.
        epoch: Epochs trained so far.
        seconds: Seconds of the last one.
        resumed: How often the run has gone on after an interruption.
        trained_again: Epochs that interruptions have cost.
        where: Machine, process and cluster job.
        time: When this was written.
    """

    run: str
    epochs: int
    epoch: int = 0
    seconds: float | None = None
    resumed: int = 0
    trained_again: int = 0
    where: str = ""
    time: str = ""
    _written: float = field(default=-INTERVAL, repr=False, compare=False)

    @classmethod
    def begin(cls, folder: Path, run: str, epochs: int, epoch: int) -> "Progress":
        """Go on from a checkpoint after `epoch` epochs (0: there is none)."""
        last = read(folder)
        if last is None:
            return cls(run, epochs, epoch, where=here())
        again = last.trained_again + max(0, last.epoch - epoch)
        return cls(run, epochs, epoch, last.seconds, last.resumed + 1, again, here())

    def note(self, folder: Path, epoch: int, seconds: float) -> None:
        """Note an epoch; write, if the last time is long enough ago."""
        self.epoch, self.seconds = epoch, seconds
        if time.monotonic() - self._written >= INTERVAL:
            self.write(folder)

    def write(self, folder: Path) -> None:
        """Write progress.json."""
        self.time = now()
        write_json(folder / "progress.json", self.facts(), sealed=False)
        self._written = time.monotonic()

    def facts(self) -> dict[str, Any]:
        """All that is written."""
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


def read(folder: Path) -> Progress | None:
    """The last progress of a run; None if there is none that can be read."""
    return read_facts(folder / "progress.json", Progress)


def read_facts(path: Path, kind: type[Facts]) -> Facts | None:
    """A small JSON file as its class; None if there is none that can be read."""
    try:
        return kind(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def clear(folder: Path) -> None:
    """The run has ended."""
    (folder / "progress.json").unlink(missing_ok=True)


def here() -> str:
    """This machine, process and cluster job."""
    job = os.environ.get("SLURM_JOB_ID")
    return f"{platform.node()} process {os.getpid()}" + (f" job {job}" if job else "")


def now() -> str:
    """The time, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
