"""Attention with the parameters of `nn.MultiheadAttention`, in the layout (batch, position, width).

torch's module brings its arguments into the layout (position, batch, width) first, which scatters
the rows of one sample in memory and costs copies of every projection, forward and backward.
"""

from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


def self_attention(attention: nn.MultiheadAttention, x: Tensor) -> Tensor:
    """Attention of `x` (B, L, E) to itself, (B, L, E); as `attention(x, x, x)[0]`."""
    queries, keys, values = _project(attention, x, 0, 3)
    return _attend(attention, queries, keys, values)


def cross_attention(attention: nn.MultiheadAttention, x: Tensor, memory: Tensor) -> Tensor:
    """Attention of `x` (B or 1, L, E) to `memory` (B, S, E), (B, L, E).

    As `attention(x, memory, memory)[0]`; a single `x` serves every sample of `memory`.
    """
    (queries,) = _project(attention, x, 0, 1)
    keys, values = _project(attention, memory, 1, 3)
    return _attend(attention, queries.expand(len(memory), -1, -1, -1), keys, values)


def _project(
    attention: nn.MultiheadAttention, x: Tensor, start: int, stop: int
) -> tuple[Tensor, ...]:
    """Of queries (0), keys (1) and values (2) those from `start` to `stop`, (B, heads, L, E/heads).

    They are one product; `unbind` (unlike slices) gives its gradient in one piece as well.
    """
    rows = slice(start * attention.embed_dim, stop * attention.embed_dim)
    packed = linear(x, attention.in_proj_weight[rows], attention.in_proj_bias[rows])
    parts = packed.view(*x.shape[:2], stop - start, attention.num_heads, attention.head_dim)
    return parts.transpose(1, 3).unbind(2)


def _attend(
    attention: nn.MultiheadAttention, queries: Tensor, keys: Tensor, values: Tensor
) -> Tensor:
    attended = scaled_dot_product_attention(queries, keys, values)
    mixed: Tensor = attention.out_proj(attended.transpose(1, 2).flatten(2))
    return mixed
