"""ResNet on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from epochbudget.tasks.base import Problem
from epochbudget.tasks.image_tasks import ImageSettings, image_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class ResNetSettings(ImageSettings):
    """ResNet with the stem for small images."""

    depth: Literal[18, 34, 50] = 18
    """Layers of the network."""
    batch_size: int = Field(default=32, ge=1)
    """Images per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""
    subset_ratio: float = Field(default=0.1, gt=0, le=1)
    """Share of the training images and of the validation images that is used."""


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.resnet import resnet
        from epochbudget.tasks.problems.images import image_problem

        chosen = ResNetSettings.model_validate(settings)
        return image_problem(
            dataset,
            path,
            lambda classes: resnet(classes, chosen.depth),
            chosen,
            device,
            channels_last=True,
        )

    return build


TASKS = image_tasks("ResNet", ResNetSettings, problem)
