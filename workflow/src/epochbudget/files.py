"""Atomic writes, canonical JSON and digests: what everything that touches the disk shares."""

import csv
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from epochbudget import seals
from epochbudget.errors import FileSystemError, UserError


def make_folder(folder: Path) -> None:
    """Make a folder with all above it.

    Raises:
        UserError: If it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> FileSystemError:
    return FileSystemError(
        f"cannot write {path}: {error.strerror}",
        "check the permissions and the free space of that folder",
    )


@contextmanager
def atomic(path: Path | str, sealed: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path` and rename it to `path` when the block succeeds.

    The temporary name keeps the suffix, because some writers choose their format by it.

    Args:
        path: The file.
        sealed: Whether it is a result, which is sealed (`epochbudget.seals`).

    Raises:
        UserError: If the file cannot be written.
    """
    path = Path(path)
    make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-", suffix=path.suffix)
    except OSError as error:
        raise _unwritable(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp makes private files
        # A process that dies between these lines leaves a whole file without a seal.
        seals.remove(path)
        temporary.replace(path)
        if sealed:
            seals.write(path)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(temporary)):
            raise
        raise _unwritable(path, error) from error  # a full disk names no file
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str, sealed: bool = True) -> None:
    """Write `text` to `path` atomically."""
    with atomic(path, sealed) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(
    path: Path | str,
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    sealed: bool = True,
) -> None:
    """Write rows under a head of `columns` atomically, the same bytes each time; None is blank."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, stream.getvalue(), sealed)


def canonical_json(value: Any) -> str:
    """One text per value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def write_json(path: Path | str, value: Any, sealed: bool = True) -> None:
    """Write `value` to `path` as indented JSON, atomically."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n", sealed)


def text_digest(text: str) -> str:
    """The first 20 hexadecimal digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def file_digest(path: Path | str) -> str:
    """The SHA-256 of a data file's content, in hexadecimal digits.

    Raises:
        UserError: If there is no such file, or it is not what was written there.
    """
    if not Path(path).is_file():
        raise UserError(f"{path}: there is no such data file", f"make it with: snakemake {path}")
    return seals.check(Path(path))
