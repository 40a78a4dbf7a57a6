"""The one exception that users see, and nothing but its message."""


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


def file_failure(error: OSError) -> UserError:
    """What a user is told when the file system refuses."""
    place = error.filename or "a file"
    hint = "check the permissions and the free space there"
    return UserError(f"{place}: {error.strerror or error}", hint)
