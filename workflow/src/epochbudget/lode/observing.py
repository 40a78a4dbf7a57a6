"""What LODE sees of a run: its training loss and its rate at several points of each epoch."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from epochbudget.training.loop import EpochResult, Trainer

POINTS = 10
"""Points in an epoch, as far as it has so many batches."""
SMALLEST_RATE = 1e-8
"""Rates below are observed as this one: a schedule may end at 0, which has no logarithm."""


class Observing(Trainer):
    """A run that is observed; for a trainer's bases, before its own class.

    Attributes:
        observations: Per point, in columns: `loss`, the mean of the epoch's training losses so far;
            `lr`, the rate of the last step.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.observations: dict[str, list[float]] = {"loss": [], "lr": []}
        self.batches = math.ceil(self.problem.train_size / self.problem.batch_size)
        self._losses: list[Tensor] = []
        self._rates: list[float] = []

    def train_epoch(self) -> EpochResult:
        """Train for one epoch, validate, and note its points."""
        self._losses, self._rates = [], []
        result = super().train_epoch()
        if result.finite:
            losses = torch.stack(self._losses).double().cumsum(0).tolist()
            ends = point_ends(self.batches)
            self.observations["loss"] += [losses[end - 1] / end for end in ends]
            self.observations["lr"] += [self._rates[end - 1] for end in ends]
        return result

    def _step(self, *batch: Tensor) -> Tensor:
        self._rates.append(self.lr)
        loss = super()._step(*batch)
        self._losses.append(loss)
        return loss

    def noted(self) -> dict[str, Any]:
        """What is stored with the run."""
        return {"observations": self.observations}

    def state_dict(self) -> dict[str, Any]:
        """With the observations."""
        return {**super().state_dict(), "observations": self.observations}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """With the observations."""
        super().load_state_dict(state)
        self.observations = {name: list(values) for name, values in state["observations"].items()}


def observing(kind: type[Trainer]) -> type[Trainer]:
    """A trainer that is observed, and otherwise of that kind."""
    if issubclass(kind, Observing):
        return kind
    return type(f"Observing{kind.__name__}", (Observing, kind), {})


def point_ends(batches: int) -> list[int]:
    """How many batches of an epoch each of its points covers."""
    points = min(POINTS, batches)
    return [round(batches * (point + 1) / points) for point in range(points)]


def trajectory(
    observations: Mapping[str, Sequence[float]],
    val_loss: Sequence[float],
    accuracy: Sequence[float] | None,
    drifting: bool = False,
) -> Tensor:
    """The channels of a run: training loss, logarithm of the rate, score.

    The score is the accuracy, or where there is none the negative logarithm of the validation loss
    (then the training loss is a logarithm, too). Between two epochs' ends it is interpolated.

    Args:
        observations: Columns of `Observing.observations`, (T,) each.
        val_loss: Of every epoch (E,); T is a multiple of E.
        accuracy: Of every epoch (E,), None for regression.
        drifting: As in the published code, whose loss and rate have a point less in an epoch than
            the score has, so that they run ahead of it more and more.

    Returns:
        (T, 3), float64; shorter if `drifting`.
    """
    loss, rate = (torch.tensor(observations[name], dtype=torch.float64) for name in ("loss", "lr"))
    score = _between(-torch.tensor(val_loss).double().log(), len(loss))
    if accuracy is None:
        loss = loss.log()
    else:
        score = _between(torch.tensor(accuracy).double(), len(loss))
    rate = rate.clamp(min=SMALLEST_RATE).log()
    if drifting:
        kept = (torch.arange(len(loss)) + 1) % (len(loss) // len(val_loss)) != 0
        loss, rate = loss[kept], rate[kept]
        score = score[: len(loss)]
    return torch.stack((loss, rate, score), dim=1)


def _between(values: Tensor, points: int) -> Tensor:
    """Values of epochs' ends (E,), interpolated to points (T,); the first epoch has one value."""
    each = points // len(values)
    before = torch.cat((values[:1], values[:-1]))
    share = (torch.arange(each, dtype=torch.float64) + 1) / each
    return (before.unsqueeze(1) + (values - before).unsqueeze(1) * share).flatten()
