"""CNN on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from epochbudget.tasks.base import Problem
from epochbudget.tasks.image_tasks import ImageSettings, image_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class CNNSettings(ImageSettings):
    """SimpleCNN on 32x32 images."""

    channels: int = Field(default=8, ge=1)
    """Channels of every convolution."""
    blocks: int = Field(default=3, ge=1, le=5)
    """Blocks of convolution and pooling; each halves the image."""
    hidden: int = Field(default=64, ge=1)
    """Units of the hidden linear layer."""
    batch_size: int = Field(default=32, ge=1)
    """Images per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""
    subset_ratio: float = Field(default=0.2, gt=0, le=1)
    """Share of the training images and of the validation images that is used."""


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.cnn import SimpleCNN
        from epochbudget.tasks.problems.images import image_problem

        chosen = CNNSettings.model_validate(settings)
        return image_problem(
            dataset,
            path,
            lambda classes: SimpleCNN(classes, chosen.channels, chosen.blocks, chosen.hidden),
            chosen,
            device,
            channels_last=True,
        )

    return build


TASKS = image_tasks("CNN", CNNSettings, problem)
