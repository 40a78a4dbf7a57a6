"""Fashion-MNIST, downloaded once and checked, or from a folder of one's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class FashionSettings(Section):
    """Settings of Fashion-MNIST."""

    cache: str = "results/cache"
    """Folder of the downloaded files; files placed there by hand are used as they are."""
    folder: str = ""
    """Folder of the four files in idx format, gzipped or not, to be used as they are, such as
    /usr/share/datasets/fashion-mnist of Debian's dataset-fashion-mnist; blank means download."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write Fashion-MNIST to an .npz file; marked as not verified, if it comes from a folder.

    Args:
        settings: The fields of FashionSettings.
        path: The file.
    """
    from epochbudget.data.generators.fashion_mnist import downloaded, read_folder
    from epochbudget.data.generators.images import write_images

    chosen = FashionSettings.model_validate(settings)
    images = read_folder(Path(chosen.folder)) if chosen.folder else downloaded(Path(chosen.cache))
    write_images(path, images)


def inputs(settings: Mapping[str, Any]) -> list[str]:
    """The files of the folder; none if it cannot be read, which `write` reports."""
    try:
        files = Path(settings["folder"]).glob("*-ubyte*") if settings["folder"] else []
        return sorted(str(file) for file in files if file.is_file())
    except OSError:
        return []


DATASET = Dataset("fmnist", ".npz", FashionSettings, write, inputs, local=True)
