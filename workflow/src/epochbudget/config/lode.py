"""The configuration of LODE: which runs its latent ODE learns from, and how."""

from typing import Annotated

from pydantic import Field

from epochbudget.config.base import Section

PositiveInt = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0)]


class Lode(Section):
    """LODE, where `methods` names it: the earlier runs, whose latent ODE steers its own."""

    prior_methods: tuple[str, ...] = ("C", "OC", "N", "S")
    """Methods of the earlier runs, trained at the longest budget."""
    lr_factors: tuple[Positive, ...] = (0.3, 1.0, 3.0)
    """Their peak learning rates, as factors on the model's default."""
    seeds: tuple[Seed, ...] = (1, 2)
    """Their seeds."""
    steps: PositiveInt = 1000
    """Optimizer steps of the latent ODE (arXiv 2509.23052: 1,000)."""
    batch_size: PositiveInt = 64
    """Windows in each of them (arXiv 2509.23052: 64)."""
    lr: Positive = 1e-2
    """Their peak learning rate (arXiv 2509.23052: 1e-3, with which 1,000 steps do not recover a
    damped oscillation)."""
    seed: Seed = 42
    """Seed of the latent ODE's weights and windows."""
    faithful: bool = False
    """Do as the published code does, with its four known defects."""
