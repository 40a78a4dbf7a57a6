"""The authors' curves from their repository, each checked before it gets its name."""

import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from epochbudget.errors import UserError
from epochbudget.files import atomic, file_digest

COMMIT = "cefcb8f9e3a6d6e6e9907c97f896b33e92822d55"
BASE_URL = (
    f"https://raw.githubusercontent.com/Axect/HyperbolicLR/{COMMIT}/paper/learning_curves/data"
)
TIMEOUT = 30.0
"""Seconds without an answer after which a connection counts as broken."""
WAITS = (1.0, 3.0)
"""Seconds before each further attempt after a broken connection."""
log = logging.getLogger(__name__)


def download(
    folder: Path,
    checksums: Mapping[str, str],
    base_url: str = BASE_URL,
    waits: Sequence[float] = WAITS,
) -> None:
    """Fetch those of the files that `folder` does not hold yet with the right checksum.

    Args:
        folder: Where the files go.
        checksums: SHA-256, in hexadecimal digits, by name of the file.
        base_url: What stands before the names.
        waits: See WAITS.

    Raises:
        UserError: If a file cannot be fetched or is not the expected one. Under its name there is
            then no file.
    """
    for name, sha256 in checksums.items():
        path = folder / name
        if path.is_file() and file_digest(path) == sha256:
            continue
        path.unlink(missing_ok=True)
        body = _fetched(name, f"{base_url.rstrip('/')}/{name}", waits)
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            raise _failed(name, f"what came has the SHA-256 {found}, expected is {sha256}")
        with atomic(path, sealed=False) as temporary:
            temporary.write_bytes(body)
        log.info("%s: %d bytes", path, len(body))


def _fetched(name: str, url: str, waits: Sequence[float]) -> bytes:
    """The body at `url`; broken connections and failing servers get another chance."""
    for wait in (*waits, None):
        try:
            with urlopen(url, timeout=TIMEOUT) as response:
                return bytes(response.read())
        except HTTPError as error:
            error.close()
            problem = f"the server answered {error.code} ({error.reason}) to {url}"
            if error.code < 500:
                break
        except IncompleteRead as error:
            missing = "some" if error.expected is None else error.expected
            problem = (
                f"the connection broke after {len(error.partial)} bytes, {missing} are missing"
            )
        except (OSError, HTTPException) as error:
            cause = error.reason if isinstance(error, URLError) else error
            problem = f"no connection to {url} ({cause})"
        except ValueError as error:
            raise UserError(f"{url} is no address ({error})", "correct --base-url") from error
        if wait is not None:
            log.warning("%s: %s; trying again", name, problem)
            time.sleep(wait)
    raise _failed(name, problem)


def _failed(name: str, problem: str) -> UserError:
    return UserError(
        f"{name} could not be downloaded: {problem}",
        "try again, or elsewhere, or set published_curves to a folder that holds the files",
    )
