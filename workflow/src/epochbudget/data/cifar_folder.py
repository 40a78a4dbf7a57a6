"""Images from a folder in the layout of CIFAR: a subset, a copy on disk, or one's own images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class FolderSettings(Section):
    """Settings of a folder of images."""

    path: str = "data/cifar-10-batches-py"
    """Folder with CIFAR's files: data_batch_* and test_batch, or train and test; as Python pickles,
    or as .bin files."""
    classes: int = Field(10, ge=2)
    """Number of classes."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write the folder's images to an .npz file, marked as not verified.

    Args:
        settings: The fields of FolderSettings.
        path: The file.
    """
    from epochbudget.data.generators.cifar_layout import read_folder
    from epochbudget.data.generators.images import write_images

    section = FolderSettings.model_validate(settings)
    write_images(path, read_folder(Path(section.path), section.classes))


def inputs(settings: Mapping[str, Any]) -> list[str]:
    """The folder's files; none if it cannot be read, which `write` reports."""
    try:
        return sorted(str(file) for file in Path(settings["path"]).glob("*") if file.is_file())
    except OSError:
        return []


DATASET = Dataset("folder", ".npz", FolderSettings, write, inputs)
