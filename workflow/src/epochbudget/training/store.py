"""The store of training runs: one folder per run key, shared by all runs of the workflow.

A folder holds `run.json` once the run has ended, with everything that is known of it, and
`checkpoint.pt` while it is under way (or may be continued to a longer budget).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from epochbudget.errors import UserError
from epochbudget.files import atomic, write_json
from epochbudget.training.run import Run

Column = list[Any]
COLUMNS = ("train_loss", "val_loss", "accuracy", "lr", "seconds")


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

    def read(self, run: Run) -> History:
        """The history of an ended run; an empty one if it has not ended.

        Raises:
            UserError: If the record cannot be read.
        """
        path = self._record(run)
        if not path.exists():
            return History()
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return History(record["status"], {name: record["history"][name] for name in COLUMNS})
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise UserError(
                f"{path}: this record of a finished run cannot be read ({error})",
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

    def save_checkpoint(self, run: Run, history: History, state: Mapping[str, Any]) -> None:
        """Write the state of a run under way, atomically."""
        import torch

        content = {"status": history.status, "history": history.columns, "state": dict(state)}
        with atomic(self.checkpoint(run)) as temporary:
            torch.save(content, temporary)

    def load_checkpoint(self, run: Run) -> tuple[History, dict[str, Any]] | None:
        """The last checkpoint of a run, or None.

        Raises:
            UserError: If it cannot be read.
        """
        import torch

        path = self.checkpoint(run)
        if not path.exists():
            return None
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
            return History(content["status"], content["history"]), content["state"]
        except Exception as error:  # torch raises many kinds for a damaged file
            raise UserError(
                f"{path}: this checkpoint cannot be read ({type(error).__name__})",
                "delete that file; the run starts again from its first epoch",
            ) from error

    def discard_checkpoint(self, run: Run) -> None:
        """Remove the checkpoint of a run that will not be continued."""
        self.checkpoint(run).unlink(missing_ok=True)

    def checkpoint(self, run: Run) -> Path:
        """Path of a run's checkpoint."""
        return self.folder / run.key / "checkpoint.pt"

    def _record(self, run: Run) -> Path:
        return self.folder / run.key / "run.json"
