"""Vision transformer for small images (labels *_ViT)."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from epochbudget.models.layers.attention import cross_attention, self_attention


class ViT(nn.Module):
    """A pre-norm transformer over patches, read out at a class token.

    Positions are learned, for the class token too. Class token and positions start from a normal
    distribution of standard deviation 0.02, truncated at +-2; the rest as torch initialises it,
    independently for every layer. `ViTReference` is the plain form.

    Args:
        classes: Number of classes.
        image_size: Height and width of the images in pixels, a multiple of `patch`.
        patch: Height and width of a patch in pixels.
        dim: Width of the tokens, a multiple of `heads`.
        depth: Transformer layers.
        heads: Attention heads.
        mlp_ratio: Hidden units of the feed-forward parts, in units of `dim`.
    """

    def __init__(
        self,
        classes: int = 10,
        image_size: int = 32,
        patch: int = 4,
        dim: int = 192,
        depth: int = 6,
        heads: int = 3,
        mlp_ratio: int = 4,
    ) -> None:
        super().__init__()
        tokens = (image_size // patch) ** 2 + 1
        self.embed = nn.Conv2d(3, dim, patch, stride=patch)
        self.class_token = nn.Parameter(torch.empty(1, 1, dim))
        self.positions = nn.Parameter(torch.empty(1, tokens, dim))
        nn.init.trunc_normal_(self.class_token, std=0.02)
        nn.init.trunc_normal_(self.positions, std=0.02)
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    dim,
                    heads,
                    mlp_ratio * dim,
                    dropout=0.0,
                    activation="gelu",
                    batch_first=True,
                    norm_first=True,
                )
                for _ in range(depth)
            )
        )
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Class scores (B, classes) of `images` (B, 3, image_size, image_size).

        Only the class token is read out, so the last layer computes nothing else.
        """
        tokens = self.tokens(images)
        *layers, last = cast("list[nn.TransformerEncoderLayer]", list(self.layers))
        for layer in layers:
            tokens = tokens + self_attention(layer.self_attn, layer.norm1(tokens))
            tokens = tokens + _feedforward(layer, tokens)
        normed = last.norm1(tokens)
        token = tokens[:, :1] + cross_attention(last.self_attn, normed[:, :1], normed)
        token = token + _feedforward(last, token)
        scores: Tensor = self.head(self.norm(token[:, 0]))
        return scores

    def tokens(self, images: Tensor) -> Tensor:
        """Class token and patches with their positions (B, 1 + patches, dim)."""
        patches = self.embed(images).flatten(2).transpose(1, 2)
        class_token = self.class_token.expand(len(images), -1, -1)
        return torch.cat([class_token, patches], dim=1) + self.positions


class ViTReference(ViT):
    """The plain form: torch's layers, on all tokens."""

    def forward(self, images: Tensor) -> Tensor:
        """As `ViT.forward`."""
        scores: Tensor = self.head(self.norm(self.layers(self.tokens(images))[:, 0]))
        return scores


def _feedforward(layer: nn.TransformerEncoderLayer, tokens: Tensor) -> Tensor:
    values: Tensor = layer.linear2(gelu(layer.linear1(layer.norm2(tokens))))
    return values
