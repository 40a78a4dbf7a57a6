"""The one exception that users see, and nothing but its message."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class UserError(ValueError):
    """A mistake in configuration, data or arguments: shown as one message, without a traceback.

    Args:
        message: What is wrong: the key or file, what was found, what is allowed.
        hint: What to do about it; printed after "Hint:".
    """

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message.rstrip('.')}. Hint: {hint}")


class FileSystemError(UserError):
    """The file system refuses: what comes next would be refused as well."""


def file_failure(error: OSError) -> FileSystemError:
    """What a user is told when the file system refuses."""
    place = error.filename or "a file"
    hint = "check the permissions and the free space there"
    return FileSystemError(f"{place}: {error.strerror or error}", hint)


@contextmanager
def collected(failures: list[UserError]) -> Iterator[None]:
    """Put a failure aside and go on, unless the file system refuses."""
    try:
        yield
    except FileSystemError:
        raise
    except UserError as error:
        failures.append(error)


def raise_first(failures: Sequence[UserError]) -> None:
    """Raise the first failure, if there is one, and say how many more there are."""
    if failures:
        more = f" (and {len(failures) - 1} more failed)" if len(failures) > 1 else ""
        raise UserError(failures[0].message + more, failures[0].hint)
