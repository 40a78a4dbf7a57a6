"""Vision transformer for small images (labels *_ViT)."""

import torch
from torch import Tensor, nn


class ViT(nn.Module):
    """A pre-norm transformer over patches, read out at a class token.

    Positions are learned, for the class token too. Class token and positions start from a normal
    distribution of standard deviation 0.02, truncated at +-2; the rest as torch initialises it,
    independently for every layer.

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
        """Class scores (B, classes) of `images` (B, 3, image_size, image_size)."""
        patches = self.embed(images).flatten(2).transpose(1, 2)
        class_token = self.class_token.expand(len(images), -1, -1)
        tokens = self.layers(torch.cat([class_token, patches], dim=1) + self.positions)
        scores: Tensor = self.head(self.norm(tokens[:, 0]))
        return scores
