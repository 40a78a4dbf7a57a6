"""Transformer operator network (paper: TraONet; label Integral_TF)."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from epochbudget.models.layers.attention import cross_attention, self_attention
from epochbudget.models.layers.slices import in_slices

SLICE = 32
"""Functions that the CPU treats at a time."""


def sinusoids(length: int, width: int) -> Tensor:
    """The sinusoidal code (length, width) of positions 0..length-1; sines even, cosines odd."""
    position = torch.arange(length).unsqueeze(1)
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    code = torch.empty(length, width)
    code[:, 0::2] = torch.sin(position * rate)
    code[:, 1::2] = torch.cos(position * rate)
    return code


class Embedding(nn.Module):
    """Turns a sequence of numbers into vectors: a scaled linear map plus the position's code."""

    code: Tensor

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(1, width)
        self.scale = math.sqrt(width)
        self.register_buffer("code", sinusoids(length, width), persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        """Embed `values` (B, length) as (B, length, width)."""
        embedded: Tensor = self.linear(values.unsqueeze(-1)) * self.scale + self.code
        return embedded


class TFONet(nn.Module):
    """A transformer encoder reads u, a decoder without causal mask answers the queries y.

    Post-norm, ReLU, no dropout. As `nn.TransformerEncoder` and `nn.TransformerDecoder` do, the
    layers of a stack start as copies of one initialisation. `TFONetReference` is the plain form.

    Args:
        sensors: Points at which u is known.
        queries: Points at which G(u) is asked for.
        d_model: Width of the embeddings; even, and a multiple of `heads`.
        heads: Attention heads.
        feedforward: Hidden units of the feed-forward parts.
        layers: Layers of the encoder and of the decoder.
    """

    def __init__(
        self,
        sensors: int = 100,
        queries: int = 100,
        d_model: int = 128,
        heads: int = 2,
        feedforward: int = 512,
        layers: int = 3,
    ) -> None:
        super().__init__()
        self.embed_u = Embedding(sensors, d_model)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(d_model, heads, feedforward, dropout=0.0, batch_first=True),
            layers,
            enable_nested_tensor=False,
        )
        self.embed_y = Embedding(queries, d_model)
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(d_model, heads, feedforward, dropout=0.0, batch_first=True),
            layers,
        )
        self.head = nn.Linear(d_model, 1)

    def forward(self, u: Tensor, y: Tensor) -> Tensor:
        """Values (B, Q) at the query points `y` (Q,) of functions with sensor values `u` (B, S).

        The decoder's first self-attention sees the queries alone, which all functions share, so it
        runs once and not for each function.
        """
        first: nn.TransformerDecoderLayer = self.decoder.layers[0]
        queries = self.embed_y(y.unsqueeze(0))
        queries = first.norm1(queries + self_attention(first.self_attn, queries))
        return in_slices(lambda part: self._answer(part, queries), u, SLICE)

    def _answer(self, u: Tensor, queries: Tensor) -> Tensor:
        """Values (B, Q) for `queries` (1, Q, d_model), already past their self-attention."""
        memory = self.embed_u(u)
        for layer in self.encoder.layers:
            memory = layer.norm1(memory + self_attention(layer.self_attn, memory))
            memory = layer.norm2(memory + _feedforward(layer, memory))
        hidden = queries
        for number, layer in enumerate(self.decoder.layers):
            if number:
                hidden = layer.norm1(hidden + self_attention(layer.self_attn, hidden))
            hidden = layer.norm2(hidden + cross_attention(layer.multihead_attn, hidden, memory))
            hidden = layer.norm3(hidden + _feedforward(layer, hidden))
        values: Tensor = self.head(hidden).squeeze(-1)
        return values


class TFONetReference(TFONet):
    """The plain form: torch's encoder and decoder; every function has its copy of the queries."""

    def forward(self, u: Tensor, y: Tensor) -> Tensor:
        """As `TFONet.forward`."""
        queries = self.embed_y(y.unsqueeze(0)).expand(len(u), -1, -1)
        hidden = self.decoder(queries, self.encoder(self.embed_u(u)))
        values: Tensor = self.head(hidden).squeeze(-1)
        return values


def _feedforward(
    layer: nn.TransformerEncoderLayer | nn.TransformerDecoderLayer, x: Tensor
) -> Tensor:
    values: Tensor = layer.linear2(relu(layer.linear1(x)))
    return values
