"""Handwritten digits in the shape of CIFAR's images: an image task that needs no network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class DigitsSettings(Section):
    """Settings of the digits."""

    validation_fraction: float = Field(0.2, ge=0.001, le=0.999)
    """Part of the 1,797 images that is kept for validation."""
    seed: int = Field(42, ge=0)
    """Seed of the split."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write the digits to an .npz file.

    Args:
        settings: The fields of DigitsSettings.
        path: The file.
    """
    from epochbudget.data.generators.images import digits, write_images

    write_images(path, digits(**DigitsSettings.model_validate(settings).model_dump()))


DATASET = Dataset("digits", ".npz", DigitsSettings, write)
