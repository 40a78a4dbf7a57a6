"""Optional mirror of learning curves in Weights & Biases; nothing reads it back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from epochbudget.errors import UserError
from epochbudget.training.run import Run
from epochbudget.training.store import History

Report = Callable[[History], None]


@dataclass(frozen=True)
class Tracking:
    """Mode ("off", "offline" or "online") and project."""

    mode: Literal["off", "offline", "online"] = "off"
    project: str = "epochbudget"


@contextmanager
def tracked(tracking: Tracking, run: Run) -> Iterator[Report]:
    """Yield a function that reports the last epoch of a history.

    Raises:
        UserError: If tracking is on and the package wandb is not installed.
    """
    if tracking.mode == "off":
        yield lambda history: None
        return
    try:
        import wandb
    except ImportError as error:
        raise UserError(
            f"tracking.mode: found {tracking.mode!r}, but the package wandb is not installed",
            "pip install wandb, or set tracking.mode to off",
        ) from error
    # The run key as the id: a resumed run goes on in the same place.
    session = wandb.init(
        project=tracking.project,
        mode=tracking.mode,
        id=run.key,
        name=str(run),
        config=run.identity(),
        resume="allow",
    )
    try:
        yield lambda history: session.log(
            {name: values[-1] for name, values in history.columns.items()}, step=history.epochs
        )
    finally:
        session.finish()
