"""Seals: beside each result, hidden, what it was when it was written and where it comes from.

The seal of `a/b.csv` is `a/.b.csv.seal`, JSON: the file's SHA-256, the command that wrote it with
its whole specification, the SHA-256 of the command's inputs, versions, machine and time. So results
can be the same bytes each time and yet carry their provenance, and a result that a broken disk, a
lagging file system or an editor has changed is named before it gives a wrong number.
"""

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from epochbudget.errors import UserError

PACKAGES = ("torch", "numpy", "optuna", "numba", "scipy", "pyarrow", "matplotlib")

_context: dict[str, Any] = {}
_started = time.monotonic()


def begin(command: list[str], inputs: Iterable[Path]) -> None:
    """Check the inputs of this process and remember them, for the seals that it will write.

    Raises:
        UserError: If an input is not what it was when it was written.
    """
    digests = {str(path): check(path) for path in inputs if path.is_file()}
    _context.update(command=command, inputs=digests)


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def place(path: Path) -> Path:
    """Where the seal of a file is."""
    return path.with_name(f".{path.name}.seal")


def write(path: Path) -> None:
    """Seal a file, atomically."""
    seal = {
        "sha256": sha256(path),
        **_context,
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": platform.platform(),
        "seconds": round(time.monotonic() - _started, 3),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    temporary = place(path).with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(seal, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(place(path))


def check(path: Path) -> str:
    """The SHA-256 of a file, which must be that of its seal if it has one.

    Raises:
        UserError: If the file is not what was written, or its seal cannot be read.
    """
    found, seal = sha256(path), place(path)
    try:
        sealed = json.loads(seal.read_text(encoding="utf-8"))["sha256"]
    except FileNotFoundError:  # such as a file of the user's own
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"its seal {seal} cannot be read ({type(error).__name__})") from error
    if found != sealed:
        raise _broken(path, "its content is not what was written there")
    return found


def damage(folder: Path) -> list[str]:
    """What is wrong with the sealed files below a folder, one text each."""
    found = []
    for seal in sorted(folder.rglob(".*.seal")):
        path = seal.with_name(seal.name.removeprefix(".").removesuffix(".seal"))
        try:
            check(path)
        except FileNotFoundError:
            found.append(f"{path} is missing")
        except UserError as error:
            found.append(error.message)
    return found


def remove(path: Path) -> None:
    """Take a file's seal away: the file is about to change, or to go."""
    place(path).unlink(missing_ok=True)


def _broken(path: Path, problem: str) -> UserError:
    return UserError(
        f"{path} is damaged: {problem}",
        f"delete it and make it again (what was trained is kept): rm {path} {place(path)}",
    )


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
