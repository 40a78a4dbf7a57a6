"""Folders in CIFAR's layouts, read without trusting them.

Pickles can run any code when they are loaded. Those here come from anywhere, so only what CIFAR's
files consist of is allowed in them: dicts, lists, numbers, text, bytes and arrays of numbers.
"""

import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from epochbudget.data.generators.read import Images
from epochbudget.errors import UserError

Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Images (N, 3, 32, 32) and labels (N,)."""
_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class _Layout:
    """Names of the training and test files, and the reader of both."""

    train: str
    test: str
    read: Callable[[Path], Batch]


def read_folder(folder: Path, classes: int) -> Images:
    """All images of a folder in one of CIFAR's four layouts, marked as not verified.

    Args:
        folder: Folder with data_batch_* and test_batch, or train and test; each with or without
            the suffix .bin.
        classes: Number of classes.

    Raises:
        UserError: If the folder has no such files, one of them is damaged or contains anything but
            images and labels, or a label is out of range.
    """
    for layout in _LAYOUTS:
        test = folder / layout.test
        train = [p for p in sorted(folder.glob(layout.train)) if p.suffix == test.suffix]
        if train and test.is_file():
            break
    else:
        raise UserError(
            f"the folder of images {folder} holds no files in a layout of CIFAR",
            "set data: folder: path to a folder with data_batch_1... and test_batch, or train and "
            "test; as Python pickles, or as .bin files",
        )
    batches = [_checked(path, layout.read(path), classes) for path in train]
    test_images, test_labels = _checked(test, layout.read(test), classes)
    return Images(
        train_images=np.concatenate([images for images, _ in batches]),
        train_labels=np.concatenate([labels for _, labels in batches]),
        test_images=test_images,
        test_labels=test_labels,
        classes=classes,
        verified=False,
    )


def _checked(path: Path, batch: Batch, classes: int) -> Batch:
    """The batch, if its labels are in range."""
    low, high = batch[1].min(), batch[1].max()
    if low < 0 or high >= classes:
        raise UserError(
            f"{path} has labels from {low} to {high}, but data: folder: classes is {classes}",
            "set classes to the number of classes of these images",
        )
    return batch


def _damaged(path: Path, why: object) -> NoReturn:
    raise UserError(f"{path} is damaged or no file of CIFAR's kind: {why}", "copy the file anew")


def _read_binary(path: Path, label_bytes: int) -> Batch:
    """A .bin file: rows of label bytes (the last one is the class) and 3,072 pixels."""
    content = np.fromfile(path, np.uint8)
    width = label_bytes + _PIXELS
    if content.size == 0 or content.size % width:
        _damaged(path, f"{content.size:,} bytes are not a whole number of rows of {width:,}")
    rows = content.reshape(-1, width)
    images = np.ascontiguousarray(rows[:, label_bytes:]).reshape(-1, 3, 32, 32)
    return images, rows[:, label_bytes - 1].astype(np.int64)


def _read_pickle(path: Path) -> Batch:
    """A pickle: a dict with the rows of `data` and their `labels` or `fine_labels`."""
    try:
        stored = _Unpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
        batch = {k.decode() if isinstance(k, bytes) else k: v for k, v in stored.items()}
        rows = np.ascontiguousarray(_plain(batch["data"]))
        labels = np.array(_plain(batch.get("fine_labels", batch.get("labels"))), np.int64)
    except Exception as error:  # damaged pickles raise nearly anything
        _damaged(path, f"{type(error).__name__}: {error}")
    if rows.dtype != np.uint8 or rows.shape != (len(labels), _PIXELS) or labels.ndim != 1:
        _damaged(path, f"{len(labels)} labels for {rows.dtype} rows of shape {rows.shape}")
    if len(labels) == 0:
        _damaged(path, "it holds no images")
    return rows.reshape(-1, 3, 32, 32), labels


class _Number:
    """A type of numbers as a pickle describes it: its code, such as u1, and the order of its bytes.

    numpy's own dtype believes what a pickle says of its memory, so that bytes of the file would be
    taken for addresses.
    """

    def __init__(self, code: str, align: bool = False, copy: bool = True) -> None:
        self.dtype = np.dtype(str(code))
        if self.dtype.kind not in "biuf":
            raise pickle.UnpicklingError(f"it holds an array of {code}, which is not allowed")

    def __setstate__(self, state: Sequence[Any]) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """An array whose shape, type and content the pickle sets after it has made it."""

    def __init__(self, subtype: object, shape: object, code: object) -> None:
        self.values: NDArray[Any] = np.empty(0, np.uint8)

    def __setstate__(self, state: tuple[int, Sequence[int], _Number, bool, str | bytes]) -> None:
        _, shape, number, by_column, content = state
        if isinstance(content, str):  # from Python 2
            content = content.encode("latin1")
        self.values = _buffer(content, number, shape, "F" if by_column else "C").values


def _buffer(
    content: bytes, number: _Number, shape: Sequence[int], order: Literal["C", "F"]
) -> _Array:
    """An array in pickles of protocol 5."""
    array = _Array(None, None, None)
    array.values = np.frombuffer(content, number.dtype).reshape(shape, order=order)
    return array


def _plain(value: Any) -> Any:
    """The numpy array of a stand-in, and anything else as it is."""
    return value.values if isinstance(value, _Array) else value


def _encode(text: str, encoding: str) -> bytes:
    """Bytes in pickles of protocol 2 that Python 3 has written."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}")
    return text.encode("latin1")


class _Unpickler(pickle.Unpickler):
    """Loads plain values and arrays of numbers, refuses everything else."""

    def find_class(self, module: str, name: str) -> object:
        """The stand-in for a global name of the pickle.

        Raises:
            pickle.UnpicklingError: If CIFAR's files have no use for it.
        """
        # numpy moved its private modules from numpy.core to numpy._core
        known = (module.replace("numpy._core.", "numpy.core."), name)
        if known not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not allowed")
        return _ALLOWED[known]


_ALLOWED: dict[tuple[str, str], object] = {
    ("numpy", "ndarray"): None,  # named as the kind of array, never called
    ("numpy", "dtype"): _Number,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.numeric", "_frombuffer"): _buffer,
    ("_codecs", "encode"): _encode,
}

_LAYOUTS = (
    _Layout("data_batch_*", "test_batch", _read_pickle),
    _Layout("train", "test", _read_pickle),
    _Layout("data_batch_*.bin", "test_batch.bin", lambda path: _read_binary(path, 1)),
    _Layout("train.bin", "test.bin", lambda path: _read_binary(path, 2)),
)
