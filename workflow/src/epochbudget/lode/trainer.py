"""Runs whose schedule the latent ODE changes as they go."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from epochbudget.lode.fit import Dynamics
from epochbudget.lode.observing import Observing, point_ends, trajectory
from epochbudget.lode.steering import WINDOW, advise
from epochbudget.seeds import derive_seed
from epochbudget.training.loop import EpochResult

BETWEEN = 31
"""Points between two refreshes, at least; a refresh comes at an epoch's end."""


class LodeTrainer(Observing):
    """A run that begins with a given schedule and asks for a better rest of it now and then.

    Attributes:
        rates: The rate of every step of the run, as planned now (budget * steps of an epoch,).
        refreshes: (epoch, futures considered, predicted score or None) of every refresh.
    """

    def __init__(
        self,
        *args: Any,
        rates: Sequence[float],
        dynamics: Dynamics,
        bounds: tuple[float, float],
        seed: int,
        faithful: bool = False,
    ) -> None:
        """Make a run.

        Args:
            args: As of `Trainer`, for a method without a schedule.
            rates: Of every step, to begin with.
            dynamics: The latent ODE.
            bounds: Smallest and largest rate of the runs that it has seen: never left.
            seed: The run's.
            faithful: As the published code does.
        """
        super().__init__(*args)
        self.rates = torch.tensor(rates, dtype=torch.float64)
        self.dynamics = dynamics
        self.bounds = bounds
        self.seed = seed
        self.faithful = faithful
        self.step = 0
        self.val_loss: list[float] = []
        self.accuracy: list[float | None] = []
        self.refreshes: list[tuple[int, int, float | None]] = []
        self._set_rate()

    def train_epoch(self) -> EpochResult:
        """Train for one epoch, validate, and refresh the schedule if it is time."""
        result = super().train_epoch()
        if result.finite:
            self.val_loss.append(result.val_loss)
            self.accuracy.append(result.accuracy)
            if self._due():
                self._refresh()
        return result

    def after_step(self) -> None:
        """Go to the rate of the next step."""
        self.step += 1
        self._set_rate()

    def _set_rate(self) -> None:
        if self.step < len(self.rates):
            for group in self.optimizer.param_groups:
                group["lr"] = float(self.rates[self.step])

    def _due(self) -> bool:
        epoch, points = len(self.val_loss), len(point_ends(self.batches))
        last = self.refreshes[-1][0] if self.refreshes else 0
        enough = epoch * points >= WINDOW and (epoch - last) * points >= BETWEEN
        return enough and self.step < len(self.rates)

    def _refresh(self) -> None:
        accuracy = None if None in self.accuracy else [a for a in self.accuracy if a is not None]
        observed = trajectory(self.observations, self.val_loss, accuracy, self.faithful)
        ends, epoch = point_ends(self.batches), len(self.val_loss)
        epochs = len(self.rates) // self.batches - epoch
        seed = derive_seed(self.seed, f"refresh after epoch {epoch}")
        advice = advise(self.dynamics, observed, epochs * len(ends), seed, self.faithful)
        self.refreshes.append((epoch, advice.considered, advice.score))
        if advice.log_rates is not None:
            self._plan(advice.log_rates, ends, epochs)
            self._set_rate()

    def _plan(self, log_rates: Tensor, ends: Sequence[int], epochs: int) -> None:
        """Rates of points (R,) become those of the remaining steps."""
        sizes = torch.tensor(ends).diff(prepend=torch.tensor([0])).repeat(epochs)
        rates = log_rates.exp().clamp(*self.bounds)
        self.rates[self.step :] = rates.repeat_interleave(sizes)

    def state_dict(self) -> dict[str, Any]:
        """With the schedule and what refreshes depend on."""
        own = ("rates", "step", "val_loss", "accuracy", "refreshes")
        return {**super().state_dict(), "lode": {name: getattr(self, name) for name in own}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """With the schedule and what refreshes depend on."""
        super().load_state_dict(state)
        for name, value in state["lode"].items():
            setattr(self, name, value)
