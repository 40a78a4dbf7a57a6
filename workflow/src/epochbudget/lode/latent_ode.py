"""The latent ODE of training runs: few observations in, the rest of the run out."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchdiffeq import odeint

CHANNELS = 3
LOSS, LOG_RATE, SCORE = range(CHANNELS)
"""What is observed of a run at each time: training loss, logarithm of the rate, score."""
HIDDEN = 20
"""Size of the encoder's state, of the latent state and of all layers (arXiv 2509.23052)."""
TOLERANCE = 1e-5
"""Relative and absolute, of the solver."""
FIRST_STEP = 0.2


class LatentODE(nn.Module):
    """A deterministic latent ODE in float64 (arXiv 2509.23052, and 2410.08923 for its loss).

    A recurrent encoder reads observed points backwards in time and gives the state at the first of
    them; a decoder carries it forward by an autonomous differential equation and reads the
    observations off.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.GRUCell(1 + CHANNELS, HIDDEN)
        self.to_latent = nn.Linear(HIDDEN, HIDDEN)
        self.to_state = _perceptron(nn.ReLU)
        self.field = nn.Sequential(_perceptron(nn.Softplus), nn.Tanh())
        self.speed = nn.Parameter(torch.ones(()))
        self.readout = nn.Linear(HIDDEN, CHANNELS)
        self.double()

    def encode(self, times: Tensor, values: Tensor, lengths: Tensor) -> Tensor:
        """The latent state at the first point of each window.

        Args:
            times: Times since the first point (L,), equal for all windows, ascending.
            values: Observations (B, L, 3), scaled; beyond a window's length they are not read.
            lengths: Points of each window (B,), 1 to L.

        Returns:
            Latent states (B, 20).
        """
        state = values.new_zeros(len(values), HIDDEN)
        for place in reversed(range(len(times))):
            inputs = torch.cat((times[place].expand(len(values), 1), values[:, place]), dim=1)
            inside = (place < lengths).unsqueeze(1)
            state = torch.where(inside, self.encoder(inputs, state), state)
        latent: Tensor = self.to_latent(state)
        return latent

    def states(self, latent: Tensor, times: Tensor) -> Tensor:
        """The solution (T, B, 20) of the differential equation at `times` (T,), from 0 on.

        Args:
            latent: Latent states (B, 20) at the time 0.
            times: Ascending, the first 0.
        """
        start = self.to_state(latent)
        if len(times) == 1:
            first: Tensor = start.unsqueeze(0)
            return first
        solution: Tensor = odeint(
            lambda time, state: self.speed * self.field(state),
            start,
            times,
            rtol=TOLERANCE,
            atol=TOLERANCE,
            method="dopri5",
            options={"first_step": FIRST_STEP},
        )
        return solution

    def decode(self, latent: Tensor, times: Tensor) -> Tensor:
        """Observations (T, B, 3), scaled, at `times`; see `states`."""
        observations: Tensor = self.readout(self.states(latent, times))
        return observations


def _perceptron(activation: Callable[[], nn.Module]) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Linear(HIDDEN, HIDDEN),
        activation(),
        nn.Linear(HIDDEN, HIDDEN),
        activation(),
        nn.Linear(HIDDEN, HIDDEN),
    )
