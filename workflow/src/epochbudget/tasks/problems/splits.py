"""Seeded splits and subsets."""

import torch
from torch import Tensor

from epochbudget.seeds import derive_seed


def permutation(size: int, seed: int, name: str) -> Tensor:
    """A random order (size,) of 0..size-1, from the stream `name` of `seed`."""
    generator = torch.Generator().manual_seed(derive_seed(seed, name))
    return torch.randperm(size, generator=generator)


def share(order: Tensor, ratio: float) -> Tensor:
    """The first `ratio` of `order`, rounded but never empty; a larger share contains a smaller."""
    return order[: max(1, round(ratio * len(order)))]
