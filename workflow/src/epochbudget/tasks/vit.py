"""ViT on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from epochbudget.tasks.base import Problem
from epochbudget.tasks.image_tasks import ImageSettings, image_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class ViTSettings(ImageSettings):
    """Vision transformer on 32x32 images."""

    patch: Literal[1, 2, 4, 8, 16, 32] = 8
    """Height and width of a patch in pixels."""
    dim: int = Field(default=32, ge=1)
    """Width of the tokens, a multiple of `heads`."""
    depth: int = Field(default=2, ge=1)
    """Transformer layers."""
    heads: int = Field(default=2, ge=1)
    """Attention heads."""
    mlp_ratio: int = Field(default=4, ge=1)
    """Hidden units of the feed-forward parts, in units of `dim`."""
    batch_size: int = Field(default=32, ge=1)
    """Images per optimizer step."""
    lr: float = Field(default=0.001, gt=0)
    """Default learning rate, where no study chooses one."""
    subset_ratio: float = Field(default=0.5, gt=0, le=1)
    """Share of the training images and of the validation images that is used."""

    @model_validator(mode="after")
    def _check_heads(self) -> Self:
        if self.dim % self.heads:
            raise ValueError(f"dim ({self.dim}) must be a multiple of heads ({self.heads})")
        return self


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.vit import ViT
        from epochbudget.tasks.problems.images import image_problem

        chosen = ViTSettings.model_validate(settings)
        return image_problem(
            dataset,
            path,
            lambda classes: ViT(
                classes,
                patch=chosen.patch,
                dim=chosen.dim,
                depth=chosen.depth,
                heads=chosen.heads,
                mlp_ratio=chosen.mlp_ratio,
            ),
            chosen,
            device,
        )

    return build


TASKS = image_tasks("ViT", ViTSettings, problem)
