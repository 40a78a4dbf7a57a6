"""Random vectors with labels: the data of a tutorial on learning-rate schedules (braintools, 4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class TutorialSettings(Section):
    """Settings of the tutorial's random vectors."""

    train: int = Field(5000, ge=1)
    """Number of training samples."""
    validation: int = Field(1000, ge=1)
    """Number of validation samples."""
    noise: float = Field(0.5, gt=0, le=1e6)
    """Standard deviation of each of a sample's 784 values around the mean of its class."""
    separation: float = Field(0.0, ge=0, le=1e6)
    """Distance of each class's mean from 0. At 0, as in the tutorial, labels have nothing to do
    with samples: all that training can do is memorise. 3 separates the classes."""
    seed: int = Field(42, ge=0)
    """Seed of samples, labels and means."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write samples and labels to an .npz file.

    Args:
        settings: The fields of TutorialSettings.
        path: The file.
    """
    from epochbudget.data.generators.vectors import labelled_vectors, write_vectors

    chosen = TutorialSettings.model_validate(settings)
    write_vectors(path, labelled_vectors(**chosen.model_dump()))


DATASET = Dataset("tutorial", ".npz", TutorialSettings, write)
