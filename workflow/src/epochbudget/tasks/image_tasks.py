"""What the image tasks share: their settings, and one task for each data set."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from epochbudget.tasks.base import Problem, Task, TaskSettings

if TYPE_CHECKING:
    from torch import device

    Build = Callable[[Mapping[str, Any], Path, device], Problem]

DATASETS = {"cifar10": "CIFAR10", "cifar100": "CIFAR100", "digits": "DIGITS", "folder": "FOLDER"}
"""Data sets of 32x32 images, and what labels call them."""


class ImageSettings(TaskSettings):
    """Settings of every image task."""

    augment: bool = True
    """Crop training images at random (4 black pixels around) and, except digits, mirror half."""
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    """Share of the target that is spread over all classes, in training and validation alike."""
    subset_ratio: float = Field(default=1.0, gt=0, le=1)
    """Share of the training images and of the validation images that is used."""
    split_seed: int = Field(default=42, ge=0)
    """Seed of the random choice of that share."""


def image_tasks(
    model: str, settings: type[ImageSettings], problem_on: "Callable[[str], Build]"
) -> tuple[Task, ...]:
    """One task for each data set of images.

    Args:
        model: The end of the labels and the section of the settings.
        settings: The section's model.
        problem_on: The task's `problem`, from the name of a data set.
    """
    return tuple(
        Task(f"{title}_{model}", name, model, settings, True, problem_on(name))
        for name, title in DATASETS.items()
    )
