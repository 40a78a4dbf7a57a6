"""Files in the idx format of MNIST, gzipped or not, read without trusting them."""

import gzip
import zlib
from math import prod
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from epochbudget.errors import UserError

UNSIGNED_BYTES = 0x08


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array of bytes in an idx file.

    The format: two zero bytes, the type, the number of dimensions, the size of each as 4 bytes with
    the highest first, then the values with the last index running fastest.

    Args:
        path: The file.
        dimensions: How many the array must have.

    Raises:
        UserError: If it is missing, damaged, too short or long, or of another kind.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except OSError as error:
        _refuse(path, error.strerror or str(error))
    except (EOFError, zlib.error) as error:
        _refuse(path, f"its compression is damaged ({error})")
    head = 4 + 4 * dimensions
    magic = bytes([0, 0, UNSIGNED_BYTES, dimensions])
    if content[:4] != magic or len(content) < head:
        _refuse(path, f"it starts with {content[:4].hex() or 'nothing'}, not with {magic.hex()}")
    shape = tuple(np.frombuffer(content, ">u4", dimensions, offset=4).tolist())
    values = len(content) - head
    if values != prod(shape):
        sizes = " x ".join(map(str, shape))
        _refuse(path, f"it holds {values:,} values where its head says {sizes}")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)


def _refuse(path: Path, why: str) -> NoReturn:
    raise UserError(
        f"{path} cannot be read as an idx file: {why}", "copy the file anew, or give another folder"
    )
