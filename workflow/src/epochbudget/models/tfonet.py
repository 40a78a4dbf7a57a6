"""Transformer operator network (paper: TraONet; label Integral_TF)."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import relu


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
    layers of a stack start as copies of one initialisation.

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
        """Values (B, Q) at the query points `y` (Q,) of functions with sensor values `u` (B, S)."""
        memory = self.encoder(self.embed_u(u))
        values: Tensor = self.head(self.decode(y, memory)).squeeze(-1)
        return values

    def decode(self, y: Tensor, memory: Tensor) -> Tensor:
        """The decoder's output (B, Q, d_model) at `y` (Q,) for the encoder's (B, S, d_model).

        The first layer's self-attention sees the queries alone, which all functions share, so it
        runs once and not for each function. `TFONetReference` is the plain form.
        """
        first, *rest = self.decoder.layers
        queries = self.embed_y(y.unsqueeze(0))
        queries = first.norm1(queries + _attend(first.self_attn, queries, queries))
        queries = queries.expand(len(memory), -1, -1)
        queries = first.norm2(queries + _attend(first.multihead_attn, queries, memory))
        hidden: Tensor = first.norm3(queries + first.linear2(relu(first.linear1(queries))))
        for layer in rest:
            hidden = layer(hidden, memory)
        return hidden


class TFONetReference(TFONet):
    """The plain form: every function has its own copy of the queries."""

    def decode(self, y: Tensor, memory: Tensor) -> Tensor:
        """As `TFONet.decode`, by torch's decoder."""
        hidden: Tensor = self.decoder(
            self.embed_y(y.unsqueeze(0)).expand(len(memory), -1, -1), memory
        )
        return hidden


def _attend(attention: nn.Module, queries: Tensor, values: Tensor) -> Tensor:
    attended: Tensor = attention(queries, values, values, need_weights=False)[0]
    return attended
