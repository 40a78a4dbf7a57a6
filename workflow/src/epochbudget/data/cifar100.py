"""CIFAR-100 (paper: image tasks), downloaded once and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from epochbudget.config.base import Section
from epochbudget.data.base import Dataset


class Cifar100Settings(Section):
    """Settings of CIFAR-100."""

    cache: str = "results/cache"
    """Folder of the downloaded archive; an archive placed there by hand is used as it is."""


def write(settings: Mapping[str, Any], path: Path) -> None:
    """Write CIFAR-100 to an .npz file.

    Args:
        settings: The fields of Cifar100Settings.
        path: The file.
    """
    from epochbudget.data.generators.download import downloaded
    from epochbudget.data.generators.images import write_images

    cache = Path(Cifar100Settings.model_validate(settings).cache)
    write_images(path, downloaded("CIFAR100", cache))


DATASET = Dataset("cifar100", ".npz", Cifar100Settings, write, local=True)
