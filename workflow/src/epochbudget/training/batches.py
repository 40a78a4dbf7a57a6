"""Batch order: the random stream of `DataLoader(shuffle=True)`, drawn as whole index tensors."""

import torch
from torch import Generator, Tensor


def epoch_order(size: int, generator: Generator) -> Tensor:
    """The order of one epoch: a permutation of `size` samples (int64).

    Draws from `generator` what `DataLoader(shuffle=True, generator=generator)` draws in an epoch:
    a base seed for its workers, the permutation, and one more permutation that its sampler cuts
    down to nothing. So batches and generator state equal the DataLoader's, without its cost.
    """
    torch.empty((), dtype=torch.int64).random_(generator=generator)
    order = torch.randperm(size, generator=generator)
    torch.randperm(size, generator=generator)
    return order
