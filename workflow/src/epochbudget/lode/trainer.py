"""Runs whose schedule the latent ODE changes as they go."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from epochbudget.errors import UserError
from epochbudget.lode.fit import Dynamics, digest
from epochbudget.lode.observing import SMALLEST_RATE, Observing, point_ends, trajectory
from epochbudget.lode.steering import WINDOW, Advice, advise
from epochbudget.methods.base import Method
from epochbudget.schedules.rates import learning_rates
from epochbudget.seeds import derive_seed
from epochbudget.tasks.base import Problem
from epochbudget.training.loop import EpochResult

BETWEEN = 31
"""Points between two refreshes, at least; a refresh comes at an epoch's end."""
CHANCE = 0.5
"""Standard deviation of the logarithm of the random factor, where chance steers."""


class LodeTrainer(Observing):
    """A run that begins with a given schedule and asks for a better rest of it now and then.

    Attributes:
        rates: The rate of every step of the run, as planned now (budget * steps of an epoch,).
        refreshes: (epoch, futures considered, predicted score or None) of every refresh.
    """

    def __init__(
        self,
        problem: Problem,
        method: Method,
        optimizer: str | None,
        hyperparameters: Mapping[str, Any],
        budget: int,
        seed: int,
        dynamics: Mapping[str, Any] | None,
        base: Method,
    ) -> None:
        """Make a run.

        Args:
            problem: See `Trainer`, as the others but the last two.
            method: One of LODE's.
            optimizer: Of the run.
            hyperparameters: Those of the schedule to begin with; `faithful`, to do as the published
                code does; `dynamics`, the digest of the argument of this name.
            budget: Epochs of the run.
            seed: Of the run.
            dynamics: `Dynamics.state_dict`; its bounds alone where chance steers.
            base: Method of the schedule to begin with.

        Raises:
            UserError: If there are no dynamics, or others than the run was planned with.
        """
        super().__init__(problem, method, optimizer, hyperparameters, budget, seed)
        if dynamics is None or digest(dynamics) != hyperparameters["dynamics"]:
            raise UserError(
                f"{method.code}: its latent ODE is not the one that the run was planned with",
                "runs of LODE are made by the rule `compare`, from results/<run>/lode",
            )
        rates = learning_rates(base, hyperparameters, budget, self.batches)
        self.rates = torch.tensor(rates, dtype=torch.float64)
        self.by_chance = method.steering == "chance"
        self.bounds = dynamics["bounds"]
        self.dynamics = None if self.by_chance else Dynamics.from_state_dict(dynamics)
        self.seed = seed
        self.faithful = bool(hyperparameters.get("faithful", False))
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
        if self.dynamics is None:
            advice = self._by_chance(seed, ends, epochs)
        else:
            advice = advise(self.dynamics, observed, epochs * len(ends), seed, self.faithful)
        self.refreshes.append((epoch, advice.considered, advice.score))
        if advice.log_rates is not None:
            self._plan(advice.log_rates, ends, epochs)
            self._set_rate()

    def _by_chance(self, seed: int, ends: Sequence[int], epochs: int) -> Advice:
        """The planned rates, all times one random factor: what LODE's advice has to beat."""
        generator = Generator().manual_seed(seed)
        shift = CHANCE * torch.randn((), generator=generator, dtype=torch.float64)
        places = [e * self.batches + end - 1 for e in range(epochs) for end in ends]
        planned = self.rates[self.step :][places].clamp(min=SMALLEST_RATE)
        return Advice(planned.log() + shift, 0)

    def _plan(self, log_rates: Tensor, ends: Sequence[int], epochs: int) -> None:
        """Rates of points (R,) become those of the remaining steps."""
        sizes = torch.tensor(ends).diff(prepend=torch.tensor([0])).repeat(epochs)
        rates = log_rates.exp().clamp(*self.bounds)
        self.rates[self.step :] = rates.repeat_interleave(sizes)

    def noted(self) -> dict[str, Any]:
        """With the refreshes."""
        return {**super().noted(), "refreshes": self.refreshes}

    def state_dict(self) -> dict[str, Any]:
        """With the schedule and what refreshes depend on."""
        own = ("rates", "step", "val_loss", "accuracy", "refreshes")
        return {**super().state_dict(), "lode": {name: getattr(self, name) for name in own}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """With the schedule and what refreshes depend on."""
        super().load_state_dict(state)
        for name, value in state["lode"].items():
            setattr(self, name, value)
