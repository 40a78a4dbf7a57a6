"""Large batches in slices, which the processor's caches hold."""

from collections.abc import Callable

import torch
from torch import Tensor


def in_slices(function: Callable[[Tensor], Tensor], batch: Tensor, size: int) -> Tensor:
    """`function(batch)`, on the CPU for `size` samples at a time.

    Elementwise work on intermediate results beyond the caches costs the CPU as much time as the
    products between them. Each slice's backward pass follows on the other's, too. A GPU wants all
    samples at once and gets them.

    Args:
        function: Maps samples (B, ...) to results (B, ...), each sample by itself.
        batch: Samples (B, ...).
        size: Samples per slice.
    """
    if batch.device.type != "cpu":
        return function(batch)
    return torch.cat([function(part) for part in torch.split(batch, size)])
