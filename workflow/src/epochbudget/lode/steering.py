"""How LODE changes the rest of a schedule: it asks the latent ODE what other runs did next."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from epochbudget.lode.fit import Dynamics
from epochbudget.lode.latent_ode import LOG_RATE, LOSS, SCORE
from epochbudget.seeds import derive_seed

WINDOW = 30
"""Points that are encoded."""
COPIES = 30
"""Perturbed latent states beside the encoded one."""
NOISE = 0.15
"""Of the perturbation, relative to each component of the latent state."""
RECENT = 3
"""Observed losses, the last ones, that a predicted loss must be near to."""
NEAR = 2.0
"""How near, in their standard deviations."""
BEST = 3
"""Predictions whose rates are averaged."""


@dataclass(frozen=True)
class Advice:
    """What the latent ODE says of the rest of a run.

    Attributes:
        log_rates: Logarithm of the rate at each remaining point (R,); None to go on as planned.
        considered: Predictions that pass through the present loss.
        score: Predicted score at the end, the mean of the best predictions; None with the rates.
    """

    log_rates: Tensor | None
    considered: int
    score: float | None = None


def advise(
    dynamics: Dynamics, observed: Tensor, remaining: int, seed: int, faithful: bool = False
) -> Advice:
    """The rates that the best of several predicted futures has (arXiv 2509.23052).

    The last 30 points are encoded; the latent state and 30 perturbed ones are decoded over twice
    the length of the run; see `best_rates` for what follows.

    Args:
        dynamics: Trained on finished runs.
        observed: All points of this run so far (T, 3).
        remaining: Points until its end.
        seed: Of the perturbation, another one each time.
        faithful: See `best_rates`.
    """
    whole = len(observed) + remaining
    latent = dynamics.encode(observed[-WINDOW:])
    futures = dynamics.decode(perturbed(latent, seed), 2 * whole)
    return best_rates(futures, observed[-RECENT:, LOSS], remaining, faithful)


def best_rates(futures: Tensor, recent: Tensor, remaining: int, faithful: bool = False) -> Advice:
    """Choose among futures.

    In each of them, among the points of its first half whose loss is near the recent ones, the one
    with the highest rate is where this run could be. Its reward is the score after the remaining
    points from there. The rates of the three best futures are averaged, as logarithms.

    Args:
        futures: Predicted observations (2 N, B, 3), N being the points of the whole run.
        recent: The last observed losses (3,).
        remaining: Points until the run's end, less than N.
        faithful: Do as the published code does: any loss below the upper bound is near; the last
            future is not looked at; and once a future was rejected, the averaged rates are those
            of other futures than the scored ones.
    """
    half = futures[: len(futures) // 2]
    distance = half[:, :, LOSS] - recent.mean()
    near = (distance if faithful else distance.abs()) <= NEAR * recent.std()
    if faithful:
        near[:, -1] = False
    accepted = near.any(dim=0).nonzero().flatten()
    if not len(accepted):
        return Advice(None, 0)
    place = torch.where(near, half[:, :, LOG_RATE], -torch.inf).argmax(dim=0)[accepted]
    rewards = futures[place + remaining, accepted, SCORE]
    best = rewards.topk(min(BEST, len(accepted))).indices
    tails = [
        futures[start : start + remaining, future, LOG_RATE]
        for start, future in zip(place[best], best if faithful else accepted[best], strict=True)
    ]
    return Advice(torch.stack(tails).mean(dim=0), len(accepted), float(rewards[best].mean()))


def perturbed(latent: Tensor, seed: int) -> Tensor:
    """A latent state (20,) and its perturbed copies (31, 20), the state itself first."""
    generator = Generator().manual_seed(derive_seed(seed, "perturbation"))
    noise = torch.randn(COPIES, len(latent), generator=generator, dtype=latent.dtype)
    return torch.cat((latent[None], latent + NOISE * latent.abs() * noise))
