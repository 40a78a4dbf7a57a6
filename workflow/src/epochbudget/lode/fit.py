"""Training of the latent ODE on the trajectories of finished runs."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import OneCycleLR

from epochbudget.files import canonical_json, text_digest
from epochbudget.lode.latent_ode import LOG_RATE, LatentODE
from epochbudget.lode.loss import loss
from epochbudget.seeds import derive_seed

log = logging.getLogger(__name__)

WINDOW = (5, 20)
"""Shortest and longest window that is encoded, in points."""
UNIT = 0.1
"""Of a run: what the latent ODE calls one unit of time, so that a run lasts ten."""


@dataclass(frozen=True)
class Scale:
    """How observations are scaled: minus the mean, over the deviation, channel by channel.

    Attributes:
        mean: (3,).
        deviation: (3,), 1 for a channel that never changes.
    """

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, trajectories: Sequence[Tensor]) -> "Scale":
        """The scale of all points (T, 3) of some trajectories."""
        points = torch.cat(list(trajectories))
        deviation = points.std(dim=0)
        return cls(points.mean(dim=0), torch.where(deviation > 0, deviation, 1.0))

    def scaled(self, values: Tensor) -> Tensor:
        """Observations (..., 3) as the latent ODE sees them."""
        return (values - self.mean) / self.deviation

    def unscaled(self, values: Tensor) -> Tensor:
        """And back."""
        return values * self.deviation + self.mean


@dataclass(frozen=True)
class Dynamics:
    """A trained latent ODE.

    Attributes:
        model: It.
        scale: Of its observations.
        step: Time between two points, in its units.
        bounds: Smallest and largest rate of the runs that it has seen.
    """

    model: LatentODE
    scale: Scale
    step: float
    bounds: tuple[float, float]

    def encode(self, window: Tensor) -> Tensor:
        """The latent state (20,) at the first of the points (L, 3)."""
        times = self.step * torch.arange(len(window), dtype=torch.float64)
        lengths = torch.tensor([len(window)])
        with torch.no_grad():
            return self.model.encode(times, self.scale.scaled(window)[None], lengths)[0]

    def decode(self, latent: Tensor, points: int) -> Tensor:
        """Observations (points, B, 3) from the latent states (B, 20) on."""
        times = self.step * torch.arange(points, dtype=torch.float64)
        with torch.no_grad():
            return self.scale.unscaled(self.model.decode(latent, times))

    def state_dict(self) -> dict[str, Any]:
        """Everything, as lists and numbers: JSON keeps every bit of them."""
        model = {name: value.tolist() for name, value in self.model.state_dict().items()}
        scale = {"mean": self.scale.mean.tolist(), "deviation": self.scale.deviation.tolist()}
        return {"model": model, "step": self.step, "bounds": list(self.bounds), **scale}

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Any]) -> "Dynamics":
        """What `state_dict` gave."""

        def tensor(values: Any) -> Tensor:
            return torch.tensor(values, dtype=torch.float64)

        with torch.random.fork_rng(devices=[]):  # a run's own random numbers stay as they were
            model = LatentODE()
        model.load_state_dict({name: tensor(values) for name, values in state["model"].items()})
        low, high = state["bounds"]
        scale = Scale(tensor(state["mean"]), tensor(state["deviation"]))
        return cls(model, scale, state["step"], (low, high))


def digest(state: Mapping[str, Any]) -> str:
    """What tells latent ODEs apart in run keys."""
    return text_digest(canonical_json(state))


def fit(
    trajectories: Sequence[Tensor],
    seed: int,
    steps: int = 1000,
    batch_size: int = 64,
    lr: float = 1e-2,
) -> tuple[Dynamics, list[float]]:
    """Train a latent ODE: Adam, one cycle of the rate, windows at random starts.

    Args:
        trajectories: Observations (T, 3) of each run, float64; at least 6 points each.
        seed: Of its weights and windows.
        steps: Optimizer steps.
        batch_size: Windows in each.
        lr: Its peak.

    Returns:
        (the trained latent ODE, the loss of every step).
    """
    torch.manual_seed(derive_seed(seed, "latent ODE"))
    generator = Generator().manual_seed(derive_seed(seed, "windows"))
    longest = max(map(len, trajectories))
    scale = Scale.of(trajectories)
    rates = torch.cat([trajectory[:, LOG_RATE] for trajectory in trajectories]).exp()
    bounds = float(rates.min()), float(rates.max())
    dynamics = Dynamics(LatentODE(), scale, 1 / (UNIT * longest), bounds)
    scaled = [scale.scaled(trajectory) for trajectory in trajectories]
    optimizer = Adam(dynamics.model.parameters(), lr=lr)
    schedule = OneCycleLR(optimizer, max_lr=lr, total_steps=steps)
    losses = []
    for step in range(steps):
        observed, known, lengths = draw(scaled, batch_size, generator)
        times = dynamics.step * torch.arange(len(observed), dtype=torch.float64)
        window = observed[: WINDOW[1]]
        latent = dynamics.model.encode(times[: len(window)], window.transpose(0, 1), lengths)
        value = loss(dynamics.model, latent, times, observed, known)
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        if (step + 1) % 100 == 0:
            log.info("latent ODE: step %d of %d, loss %.4g", step + 1, steps, losses[-1])
    return dynamics, losses


def draw(
    trajectories: Sequence[Tensor], batch_size: int, generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw windows, each of a random trajectory from a random point on.

    Returns:
        (observations from the window's first point to the trajectory's end (T, B, 3), padded;
        whether there is one (T, B); points of each window (B,)).
    """

    def whole(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=generator))

    rests, lengths = [], []
    for _ in range(batch_size):
        trajectory = trajectories[whole(0, len(trajectories) - 1)]
        length = min(whole(*WINDOW), len(trajectory) - 1)
        rests.append(trajectory[whole(0, len(trajectory) - length - 1) :])
        lengths.append(length)
    observed = torch.nn.utils.rnn.pad_sequence(rests)
    ends = torch.tensor([len(rest) for rest in rests])
    known = torch.arange(len(observed)).unsqueeze(1) < ends
    return observed, known, torch.tensor(lengths)
