"""Writing a set of images, and the digits."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from epochbudget.data.generators.read import Images
from epochbudget.files import atomic


def write_images(path: Path, images: Images) -> None:
    """Write a set of images to an .npz file, atomically; `read_images` reads it.

    The members are stored uncompressed and without dates.
    """
    with atomic(path) as temporary:
        np.savez(temporary, **asdict(images))


def digits(validation_fraction: float, seed: int) -> Images:
    """scikit-learn's 1,797 handwritten digits, split at random.

    The 8x8 pixels become squares of 4x4 pixels in three equal channels, 0..16 becomes 0..255.

    Args:
        validation_fraction: Part of the images that goes to the test half of the set.
        seed: Seed of the split.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    grey = np.rint(pixels.reshape(-1, 1, 8, 8) * (255 / 16)).astype(np.uint8)
    images = grey.repeat(4, axis=2).repeat(4, axis=3).repeat(3, axis=1)
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = np.split(order, [round(validation_fraction * len(images))])
    return Images(
        train_images=images[train],
        train_labels=labels[train].astype(np.int64),
        test_images=images[test],
        test_labels=labels[test].astype(np.int64),
        classes=10,
        verified=True,
    )
