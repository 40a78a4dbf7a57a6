"""The store of training runs: one folder per run key, shared by all runs of the workflow.

A folder holds `run.json` once the run has ended, with everything that is known of it; while it is
under way (or may be continued to a longer budget) its last two checkpoints,
`checkpoint-<epoch>-<checksum>.pt`; `noted.json`, if more was asked of it than a history;
`progress.json`, for people who wait; and `failure.json` while its last attempt has failed.
"""

import io
import json
import logging
import zlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget import seals
from epochbudget.errors import UserError
from epochbudget.files import atomic, write_json
from epochbudget.training.locks import exclusive
from epochbudget.training.run import Run
from epochbudget.training.signals import EndRequest

if TYPE_CHECKING:
    from typing_extensions import Buffer

log = logging.getLogger(__name__)

Column = list[Any]
COLUMNS = ("train_loss", "val_loss", "accuracy", "lr", "seconds")
NOTED = "noted.json"
KEPT = 2
"""Checkpoints of a run that are kept: should the last one be damaged, there is one before it."""


@dataclass
class History:
    """Epoch by epoch, what a run has given; columns as in COLUMNS, `status` of the whole.

    Status is "finished", or "diverged" when a loss was not finite: the columns then end with the
    last finite epoch.
    """

    status: str = "finished"
    columns: dict[str, Column] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    @property
    def epochs(self) -> int:
        """Epochs so far."""
        return len(self.columns["val_loss"])

    def covers(self, budget: int) -> bool:
        """Whether nothing is left to train for `budget` epochs."""
        return self.epochs >= budget or self.status == "diverged"

    def prefix(self, budget: int) -> "History":
        """The first `budget` epochs; a run that diverged after them is finished for them."""
        columns = {name: values[:budget] for name, values in self.columns.items()}
        return History("finished" if self.epochs >= budget else self.status, columns)


class Store:
    """Finished and unfinished runs under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, run: Run) -> Path:
        """The folder of a run."""
        return self.folder / run.key

    def lock(self, run: Run, end: EndRequest) -> AbstractContextManager[bool]:
        """Hold a run while it is trained (see `exclusive`)."""
        return exclusive(self.place(run) / ".lock", f"{run} ({run.key})", lambda: bool(end.asked))

    def read(self, run: Run) -> History:
        """The history of an ended run; an empty one if it has not ended.

        Raises:
            UserError: If the record cannot be read, or is not what was written.
        """
        path = self._record(run)
        if not path.exists():
            return History()
        try:
            seals.check(path)
            record = json.loads(path.read_text(encoding="utf-8"))
            return History(record["status"], {name: record["history"][name] for name in COLUMNS})
        except (ValueError, KeyError, TypeError, OSError) as error:
            reason = error.message if isinstance(error, UserError) else error
            raise UserError(
                f"{path}: this record of a finished run cannot be read ({reason})",
                f"delete the folder {path.parent}; only this run is trained again",
            ) from error

    def write(self, run: Run, history: History, provenance: Mapping[str, Any]) -> None:
        """Record an ended run, atomically."""
        record = {
            "identity": run.identity(),
            "status": history.status,
            "epochs": history.epochs,
            "history": history.columns,
            "provenance": dict(provenance),
        }
        write_json(self._record(run), record)

    def noted(self, run: Run) -> dict[str, Any]:
        """What was noted of an ended run besides its history; empty if nothing was.

        `observations` between its epochs' ends and `refreshes` (see `lode`); `flatness` at its end;
        and `epochs`, how many it had. Notes of a run that has gone on since are not its own.

        Raises:
            UserError: If the file is not what was written.
        """
        return self._noted_at(run, self.read(run).epochs)

    def _noted_at(self, run: Run, epochs: int) -> dict[str, Any]:
        path = self.place(run) / NOTED
        if not path.exists():
            return {}
        seals.check(path)
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found if found.get("epochs") == epochs else {}

    def note(self, run: Run, epochs: int, noted: Mapping[str, Any]) -> None:
        """Note more of a run of so many epochs, before its record, which says that it has ended."""
        earlier = self._noted_at(run, epochs)
        write_json(self.place(run) / NOTED, {**earlier, **noted, "epochs": epochs})

    def save_checkpoint(self, run: Run, history: History, state: Mapping[str, Any]) -> None:
        """Write the state of a run under way, atomically; the last two are kept."""
        write_checkpoint(self.place(run), history, state)
        for path in self.checkpoints(run)[KEPT:]:
            path.unlink(missing_ok=True)

    def load_checkpoint(self, run: Run) -> tuple[History, dict[str, Any]] | None:
        """The last checkpoint that is undamaged, or None; the run must be held.

        Raises:
            OSError: If it may not be read.
        """
        for left in self.place(run).glob(".tmp-*"):  # by a process that died while it wrote
            left.unlink()
        return first_undamaged(self.checkpoints(run), str(run))

    def discard_checkpoints(self, run: Run) -> None:
        """Remove the checkpoints of a run that will not be continued."""
        for path in self.checkpoints(run):
            path.unlink(missing_ok=True)

    def checkpoints(self, run: Run) -> list[Path]:
        """A run's checkpoints, the last one first."""
        return checkpoints(self.place(run))

    def _record(self, run: Run) -> Path:
        return self.place(run) / "run.json"


def write_checkpoint(folder: Path, history: History, state: Mapping[str, Any]) -> Path:
    """Write a checkpoint atomically, and say where it is.

    Its name holds its epoch and its CRC-32: a tenth of the cost of a seal, which matters where it
    is written every minute.
    """
    import torch

    content = {"status": history.status, "history": history.columns, "state": dict(state)}
    whole = folder / "checkpoint.pt"
    with atomic(whole, sealed=False) as temporary, _Summed(io.FileIO(temporary, "wb")) as stream:
        try:
            torch.save(content, stream)
        except RuntimeError as error:  # torch's, in place of what a full disk said
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise
    path = folder / f"checkpoint-{history.epochs:06}-{stream.crc:08x}.pt"
    whole.replace(path)
    return path


class _Summed(io.BufferedWriter):
    """A file that is written from its beginning to its end, and its CRC-32."""

    crc = 0

    def write(self, part: "Buffer", /) -> int:
        self.crc = zlib.crc32(part, self.crc)
        return super().write(part)


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in the folder of a run, the last one first."""
    return sorted(folder.glob("checkpoint-*-*.pt"), reverse=True)


def epoch_of(checkpoint: Path) -> int:
    """The epoch after which a checkpoint was written."""
    return int(checkpoint.stem.split("-")[1])


def first_undamaged(paths: Iterable[Path], what: str) -> tuple[History, dict[str, Any]] | None:
    """The first of several checkpoints that is undamaged, or None; `what` is for the log."""
    for path in paths:
        try:
            return load_checkpoint(path)
        except UserError as error:
            log.warning("%s: %s; going back to what was before it", what, error.message)
    return None


def load_checkpoint(path: Path) -> tuple[History, dict[str, Any]]:
    """A checkpoint.

    Raises:
        UserError: If it is damaged.
    """
    import torch

    content = path.read_bytes()
    if f"{zlib.crc32(content):08x}" != path.stem.rpartition("-")[2]:
        raise _damaged(path, "its checksum is another")
    try:
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        return History(found["status"], found["history"]), found["state"]
    except Exception as error:  # torch raises many kinds for what is no checkpoint
        raise _damaged(path, type(error).__name__) from error


def _damaged(path: Path, problem: str) -> UserError:
    return UserError(f"{path}: this checkpoint is damaged ({problem})", "delete that file")
