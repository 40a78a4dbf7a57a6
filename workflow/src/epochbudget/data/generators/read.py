"""Readers of the data sets' files, for tasks."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from epochbudget.errors import UserError


@dataclass(frozen=True)
class Images:
    """A labelled set of images.

    Attributes:
        train_images: (N, 3, 32, 32), uint8.
        train_labels: (N,), int64, from 0 to classes - 1.
        test_images: (M, 3, 32, 32), uint8.
        test_labels: (M,), int64.
        classes: Number of classes.
        verified: Whether the content is known to be the named data set (checksum), so that results
            may be compared with published ones.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    classes: int
    verified: bool


_UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, pa.ArrowException)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever a missing, truncated or foreign file raises into a UserError."""
    try:
        yield
    except _UNREADABLE as error:
        problem = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise UserError(
            f"the data file {path} {problem} ({type(error).__name__}: {error})",
            f"make it again: snakemake {path} --force",
        ) from error


def read_oscillator(path: Path) -> dict[str, NDArray[np.float64]]:
    """Columns t, x, v, a and zeta of all trajectories, each (N,), one trajectory after another.

    Raises:
        UserError: If the file is missing, truncated or of another kind.
    """
    with _reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read()
        # Not read_table, not to_numpy: they import pandas, half a second in every job.
        columns = {n: table[n].combine_chunks() for n in ("t", "x", "v", "a", "zeta")}
        return {
            name: np.asarray(np.from_dlpack(column), np.float64) for name, column in columns.items()
        }


def read_integral(
    path: Path,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]]:
    """The functions of the integral operator, read one row group at a time.

    Returns:
        Sensors (F, number of sensors), targets (F, Q) and the queries (Q,) in [0, 1] that belong
        to the targets' columns.

    Raises:
        UserError: If the file is missing, truncated or of another kind.
    """
    with _reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        facts = file.schema_arrow.metadata or {}
        rows = file.metadata.num_rows
        queries = np.array(json.loads(facts[b"queries"]))
        sensors = np.empty((rows, len(json.loads(facts[b"sensors"]))), np.float32)
        targets = np.empty((rows, len(queries)), np.float32)
        start = 0
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            part = slice(start, start + len(table))
            for name, whole in (("sensors", sensors), ("targets", targets)):
                flat = table[name].combine_chunks().flatten()
                whole[part] = np.from_dlpack(flat).reshape(-1, whole.shape[1])
            start = part.stop
    return sensors, targets, queries


def read_images(path: Path) -> Images:
    """A set of images.

    Raises:
        UserError: If the file is missing, truncated or of another kind.
    """
    with _reading(path), np.load(path) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in Images.__dataclass_fields__}
        scalars = {"classes": int(arrays["classes"]), "verified": bool(arrays["verified"])}
        return Images(**(arrays | scalars))
