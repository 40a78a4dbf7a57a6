"""CIFAR-10 and CIFAR-100 as torchvision downloads them, checked against their checksums."""

from http.client import HTTPException
from pathlib import Path
from typing import Literal

import numpy as np

from epochbudget.data.generators.read import Images
from epochbudget.errors import UserError
from epochbudget.torchvision_compat import load_torchvision


def downloaded(name: Literal["CIFAR10", "CIFAR100"], cache: Path) -> Images:
    """The whole data set, from `cache` if it is there, else from the network.

    Raises:
        UserError: If it can neither be found nor downloaded, or its checksum is wrong.
    """
    source = getattr(load_torchvision().datasets, name)
    try:
        train, test = (source(root=cache, train=half, download=True) for half in (True, False))
    except (OSError, RuntimeError, HTTPException) as error:
        raise UserError(
            f"{name} could not be downloaded to {cache} ({type(error).__name__}: {error})",
            f"run this step where there is a network, or put {source.filename} (MD5 "
            f"{source.tgz_md5}) into {cache} by hand",
        ) from error
    return Images(
        train_images=np.ascontiguousarray(train.data.transpose(0, 3, 1, 2)),
        train_labels=np.array(train.targets, np.int64),
        test_images=np.ascontiguousarray(test.data.transpose(0, 3, 1, 2)),
        test_labels=np.array(test.targets, np.int64),
        classes=len(train.classes),
        verified=True,
    )
