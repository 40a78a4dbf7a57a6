"""Calls of plug-ins: whatever goes wrong in them is the user's own mistake, told as one message."""

import importlib.util
import math
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from epochbudget.errors import UserError

HINT = "a schedule is called as get_lr(epoch, total_epochs, base_lr, config)"


def rate(
    key: str,
    function: Callable[..., Any],
    epoch: int,
    budget: int,
    base_lr: float,
    config: Mapping[str, Any],
) -> float:
    """The learning rate that a plug-in's function gives for an epoch.

    Raises:
        UserError: If it fails or gives no finite number of at least 0.
    """
    value = called(key, function, epoch, budget, base_lr, dict(config))
    try:
        number = math.nan if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise UserError(
            f"{key}: epoch {epoch} of {budget} with base_lr {base_lr:g} gave {value!r}, allowed is "
            "a finite number of at least 0",
            HINT,
        )
    return number


def called(key: str, plugin: Callable[..., Any], *arguments: Any) -> Any:
    """What a plug-in returns.

    Raises:
        UserError: If it fails; the message tells its error and where that is.
    """
    try:
        return plugin(*arguments)
    except Exception as error:
        raise _failed(key, error) from error


@cache
def loaded(key: str, path: Path, name: str) -> Any:
    """The function or class of a plug-in, from its file.

    Raises:
        UserError: If the file fails; the message tells its error and where that is.
    """
    spec = importlib.util.spec_from_file_location(f"epochbudget_plugin_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _failed(key, error) from error
    return getattr(module, name)


def _failed(key: str, error: Exception) -> UserError:
    """A plug-in's own error as one message with its place."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = "" if Path(place.filename) == Path(__file__) else f" ({place.filename}:{place.lineno})"
    return UserError(f"{key}: {type(error).__name__}: {error}{where}", HINT)
