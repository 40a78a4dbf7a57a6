"""Locks between jobs: no two of them train the same run or work at the same study.

The operating system frees a lock when its process dies, however it dies. Where a file system has no
locks, jobs go on without: every write is atomic, so at worst the same is computed twice.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from epochbudget.files import make_folder

log = logging.getLogger(__name__)

WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)


@contextmanager
def exclusive(
    path: Path, what: str, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[bool]:
    """Hold the lock `path`; wait while another job holds it.

    Args:
        path: The lock's file, which stays.
        what: What it is for, in the log.
        cancelled: Whether to wait no longer.

    Yields:
        False if `cancelled` ended the wait: the lock is not held then.
    """
    make_folder(path.parent)
    lock = FileLock(path, fallback_to_soft=False)
    try:
        held = _acquire(lock, what, cancelled)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        log.warning("%s: no locks on this file system, so another job may do the same", what)
        held = True
    try:
        yield held
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock."""
    if not path.exists():
        return False
    lock = FileLock(path, fallback_to_soft=False)
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True
    except OSError:  # not ours to write, or no locks there
        return False


def _acquire(lock: FileLock, what: str, cancelled: Callable[[], bool]) -> bool:
    try:
        lock.acquire(blocking=False)
        return True
    except Timeout:
        log.info("%s: another job is at it; waiting for its end", what)
    try:
        lock.acquire(poll_interval=0.5, cancel_check=cancelled)
    except Timeout:
        return False
    return True
