"""Earlier runs as LODE's latent ODE has seen them, in the quantities that readers know."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from epochbudget.lode.fit import Dynamics
from epochbudget.lode.latent_ode import LOG_RATE, LOSS, SCORE
from epochbudget.lode.observing import trajectory

Columns = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Training loss, learning rate, and accuracy in percent or validation loss, (T,) each."""


@dataclass(frozen=True)
class EarlierRun:
    """One run that a latent ODE has learnt from.

    Attributes:
        code: Code of its method.
        epochs: Its budget.
        observed: Channels as of `observing.trajectory` (T, 3).
        accuracy: Whether its score is the accuracy.
    """

    code: str
    epochs: int
    observed: Tensor
    accuracy: bool

    @property
    def peak(self) -> float:
        """Logarithm of its highest rate."""
        return float(self.observed[:, LOG_RATE].max())

    @property
    def times(self) -> NDArray[np.float64]:
        """When its points were observed (T,), in epochs."""
        points = len(self.observed)
        return np.linspace(self.epochs / points, self.epochs, points)

    @property
    def final(self) -> float:
        """Its last accuracy in percent, or validation loss."""
        return float(known_quantities(self.observed, self.accuracy)[2][-1])


def read_learnt(paths: Sequence[Path]) -> tuple[Dynamics, list[EarlierRun]]:
    """The latent ODE, and the runs that it was trained on in the order of the methods.

    Args:
        paths: Of what LODE learnt (PATHS["lode"]), and of the runs (PATHS["prior"]).
    """
    learnt, *priors = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    drifting = bool(learnt["hyperparameters"].get("faithful"))
    runs = [
        EarlierRun(
            prior["method"],
            prior["budget"],
            trajectory(run["observations"], run["val_loss"], run["accuracy"], drifting),
            run["accuracy"] is not None,
        )
        for prior in priors
        for run in prior["runs"]
    ]
    return Dynamics.from_state_dict(learnt["dynamics"]), runs


def middle_runs(runs: Sequence[EarlierRun]) -> dict[str, EarlierRun]:
    """Of each method, by its code, the first run with the middle one of its peak rates."""
    found = {}
    for code in dict.fromkeys(run.code for run in runs):
        own = [run for run in runs if run.code == code]
        peaks = sorted({run.peak for run in own})
        middle = peaks[(len(peaks) - 1) // 2]
        found[code] = next(run for run in own if run.peak == middle)
    return found


def known_quantities(channels: Tensor, accuracy: bool) -> Columns:
    """Channels (T, 3) without the logarithms that the latent ODE sees of them."""
    loss, rate, score = (channels[:, place].numpy() for place in (LOSS, LOG_RATE, SCORE))
    if accuracy:
        return loss, np.exp(rate), 100 * score
    return np.exp(loss), np.exp(rate), np.exp(-score)


def names(accuracy: bool) -> tuple[str, str, str]:
    """What the axes of the quantities say."""
    score = "validation accuracy (%)" if accuracy else "validation loss"
    return "training loss", "learning rate", score


def logarithmic(accuracy: bool) -> tuple[bool, bool, bool]:
    """Which of the quantities have logarithmic axes."""
    return not accuracy, True, not accuracy
