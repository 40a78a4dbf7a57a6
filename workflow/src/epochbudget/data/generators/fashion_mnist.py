"""Fashion-MNIST (arXiv 1708.07747) from its four files, as coloured images of 32x32 pixels."""

from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from epochbudget.data.generators.idx import read_idx
from epochbudget.data.generators.read import Images
from epochbudget.errors import UserError
from epochbudget.torchvision_compat import load_torchvision

CLASSES = 10
BORDER = 2
"""Black pixels on every side, which make 32x32 of 28x28."""

Half = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Images (N, 3, 32, 32) and labels (N,)."""


def downloaded(cache: Path) -> Images:
    """The data set from `cache` if it is there, else from the network, checked in either case.

    Raises:
        UserError: If it can neither be found nor downloaded, or its checksum is wrong.
    """
    datasets = load_torchvision().datasets
    source, folder = datasets.FashionMNIST, cache / "FashionMNIST" / "raw"
    for name, md5 in source.resources:
        try:
            datasets.utils.download_url(f"{source.mirrors[0]}{name}", folder, name, md5)
        except (OSError, RuntimeError, HTTPException) as error:
            raise UserError(
                f"{name} could not be downloaded to {folder} ({type(error).__name__}: {error})",
                f"run this step where there is a network, put it (MD5 {md5}) into {folder} by "
                "hand, or set data: fmnist: folder (Debian has dataset-fashion-mnist)",
            ) from error
    return read_folder(folder, verified=True)


def read_folder(folder: Path, verified: bool = False) -> Images:
    """The data set from the four files in a folder, gzipped or not.

    The grey pixels stay as they are: three equal channels, and a black border in place of
    interpolation.

    Args:
        folder: Holds train-images-idx3-ubyte and the others, each with or without the suffix .gz.
        verified: Whether the files are known to be those of the data set.

    Raises:
        UserError: If a file is missing or damaged, or does not belong to the others.
    """
    train_images, train_labels = _half(folder, "train")
    test_images, test_labels = _half(folder, "t10k")
    return Images(train_images, train_labels, test_images, test_labels, CLASSES, verified)


def _half(folder: Path, name: str) -> Half:
    images = read_idx(_found(folder, f"{name}-images-idx3-ubyte"), 3)
    labels = read_idx(_found(folder, f"{name}-labels-idx1-ubyte"), 1)
    size = 32 - 2 * BORDER
    if images.shape != (len(labels), size, size) or not len(labels) or labels.max() >= CLASSES:
        raise UserError(
            f"{folder}: {name} has images of {' x '.join(map(str, images.shape))} and "
            f"{len(labels)} labels up to {max(labels, default=0)}, allowed are as many labels as "
            f"images, at least one, below {CLASSES}, and {size}x{size} pixels",
            "give the folder of Fashion-MNIST, or of MNIST",
        )
    padded = np.pad(images, ((0, 0), (BORDER, BORDER), (BORDER, BORDER)))
    return np.repeat(padded[:, None], 3, axis=1), labels.astype(np.int64)


def _found(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise UserError(
        f"the folder of Fashion-MNIST {folder} holds neither {name} nor {name}.gz",
        "set data: fmnist: folder to one with the four files in idx format (Debian's package "
        "dataset-fashion-mnist has them), or to nothing to download them",
    )
