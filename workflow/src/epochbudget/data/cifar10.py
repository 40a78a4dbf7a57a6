"""CIFAR-10 (paper: image tasks), downloaded once and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class Cifar10Settings(Section):
    """Settings of CIFAR-10."""

    cache: str = "results/cache"
    """Folder of the downloaded archive; an archive placed there by hand is used as it is."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write CIFAR-10 to an .npz file.

    Args:
        settings: The fields of Cifar10Settings.
        path: The file.
    """
    from epochbudget.data.generators.download import downloaded
    from epochbudget.data.generators.images import write_images

    cache = Path(Cifar10Settings.model_validate(settings).cache)
    write_images(path, downloaded("CIFAR10", cache))


DATASET = Dataset("cifar10", ".npz", Cifar10Settings, write, local=True)
