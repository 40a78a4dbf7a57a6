"""The path-minimised loss of a latent ODE (arXiv 2410.08923)."""

import torch
from torch import Tensor

from epochbudget.lode.latent_ode import LatentODE

ALPHA = 0.01
"""Weight of the path's length."""
TINY = 1e-12
"""Keeps the square root of a length of 0 differentiable."""


def squared_error(predicted: Tensor, observed: Tensor, known: Tensor) -> Tensor:
    """Half the sum of squared errors of each window (B,).

    Args:
        predicted: (T, B, 3).
        observed: (T, B, 3).
        known: (T, B), whether there is an observation.
    """
    errors = (predicted - observed).square().sum(dim=2)
    return 0.5 * torch.where(known, errors, errors.new_zeros(())).sum(dim=0)


def path_length(path: Tensor, spread: Tensor, known: Tensor) -> Tensor:
    """Length of latent paths (B,) in units of the spread of the latent states.

    With D the successive differences of a path and C the inverse diagonal of the spread, it is the
    sum over steps of sqrt(|row sum of D C D^T|), as published: each difference is measured along
    the sum of all of them, which is the way from the first point to the last.

    Args:
        path: Latent states (T, B, 20).
        spread: (20,).
        known: (T, B), whether the run goes as far; its path ends where it does.
    """
    differences = torch.where(known[1:].unsqueeze(2), path.diff(dim=0), path.new_zeros(()))
    whole = differences.sum(dim=0)
    rows = (differences * whole / spread).sum(dim=2)
    return (rows.abs() + TINY).sqrt().sum(dim=0)


def loss(
    model: LatentODE, latent: Tensor, times: Tensor, observed: Tensor, known: Tensor
) -> Tensor:
    """Mean over windows of the squared error and the weighted length of the latent path.

    Args:
        model: Decodes.
        latent: Encoded windows (B, 20).
        times: Times since each window's first point (T,), equal for all.
        observed: Observations of the whole rest of each run (T, B, 3), scaled.
        known: (T, B), whether the run goes as far.
    """
    states = model.states(latent, times)
    errors = squared_error(model.readout(states), observed, known)
    spread = model.to_latent(model.to_state(latent.std(dim=0)))
    length = path_length(model.to_latent(states), spread, known)
    mean: Tensor = (errors + ALPHA * length / spread.norm()).mean()
    return mean
