"""Labelled random vectors: drawn, written and read."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Public in all but its name, which is part of the run keys of whatever reads a data file.
from epochbudget.data.generators.read import _reading
from epochbudget.files import atomic

SIZE = 784
"""Values of a sample."""
CLASSES = 10


@dataclass(frozen=True)
class Vectors:
    """A labelled set of vectors.

    Attributes:
        train: (N, 784), float32.
        train_labels: (N,), int64, from 0 to 9.
        validation: (M, 784), float32.
        validation_labels: (M,), int64.
    """

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    validation: NDArray[np.float32]
    validation_labels: NDArray[np.int64]


def labelled_vectors(
    train: int, validation: int, noise: float, separation: float, seed: int
) -> Vectors:
    """Normal vectors around the means of their classes, and labels drawn uniformly.

    The means come last from the random stream, so that `separation` moves the samples and leaves
    their noise as it is.

    Args:
        train: Number of training samples.
        validation: Number of validation samples.
        noise: Standard deviation of every value.
        separation: Length of every mean, in a random direction.
        seed: Seed of everything.
    """
    rng = np.random.default_rng(seed)
    parts = [
        (noise * rng.standard_normal((size, SIZE)), rng.integers(0, CLASSES, size))
        for size in (train, validation)
    ]
    means = rng.standard_normal((CLASSES, SIZE))
    means *= separation / np.linalg.norm(means, axis=1, keepdims=True)
    (first, labels), (second, others) = parts
    return Vectors(
        (first + means[labels]).astype(np.float32),
        labels,
        (second + means[others]).astype(np.float32),
        others,
    )


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Write a set of vectors to an .npz file, atomically, uncompressed and without dates."""
    with atomic(path) as temporary:
        np.savez(temporary, **asdict(vectors))


def read_vectors(path: Path) -> Vectors:
    """A set of vectors.

    Raises:
        UserError: If the file is missing, truncated or of another kind.
    """
    with _reading(path), np.load(path) as stored:
        return Vectors(**{name: stored[name] for name in Vectors.__dataclass_fields__})
