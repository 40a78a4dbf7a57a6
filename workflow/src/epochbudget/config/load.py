"""From YAML or Snakemake's dictionary to a checked Config, with messages for people."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from epochbudget.config.check import check
from epochbudget.config.kinds import shown
from epochbudget.config.models import Config
from epochbudget.config.plug_in import plug_in, try_plugins
from epochbudget.errors import UserError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

AnySection = TypeVar("AnySection", bound=BaseModel)
HINT = "see config/config.yaml"
WORDS = {
    "string_type": "text (in quotes, if it looks like a number)",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "invalid_key": "keys that are text",
    "too_short": "a list with at least one entry",
}
"""What pydantic says in words of Python."""


def load(values: Mapping[str, Any]) -> Config:
    """Validate a configuration.

    Raises:
        UserError: One message for the first thing that is wrong.
    """
    config = validated(Config, values)
    plug_in(config)
    check(config)
    try_plugins(config)
    return config


def validated(section: type[AnySection], values: Mapping[str, Any]) -> AnySection:
    """Validate one section.

    Raises:
        UserError: One message for the first thing that is wrong.
    """
    try:
        return section.model_validate(values)
    except ValidationError as error:
        raise _explain(section, error) from None


def load_files(paths: Sequence[Path]) -> Config:
    """Overlay YAML files from left to right, as Snakemake does, and validate the result.

    Raises:
        UserError: If a file is missing or is no YAML mapping, or the configuration is wrong.
    """
    from epochbudget.config.read import read_yaml

    merged: dict[str, Any] = {}
    for path in paths:
        _overlay(merged, read_yaml(path))
    try:
        return load(merged)
    except UserError as error:
        names = ", ".join(map(str, paths))
        raise UserError(f"{names}: {error.message}", error.hint) from None


def _overlay(base: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = value


def _explain(root: type[BaseModel], error: ValidationError) -> UserError:
    """The first error as one sentence with the key, what was found and what is allowed."""
    # A misspelt key explains why the right one is missing.
    first, *others = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    location = [_name(part) for part in first["loc"] if part != "[key]"]
    key = ".".join(location) or "configuration"
    more = f" (and {len(others)} more)" if others else ""
    if first["type"] == "extra_forbidden":
        allowed = _keys(root, location[:-1])
        close = difflib.get_close_matches(location[-1], allowed, n=1)
        return UserError(
            f"unknown key {key}{more}; allowed here are {', '.join(allowed)}",
            f"did you mean {close[0]}?" if close else HINT,
        )
    if first["type"] == "value_error":  # of keys of a section together, which its text names
        return UserError(f"{key}: {first['ctx']['error']}{more}", HINT)
    if first["type"] == "missing":
        return UserError(f"{key}: found nothing, allowed: a value{more}", f"add {location[-1]}")
    return UserError(
        f"{key}: found {shown(first['input'])}, allowed: {_allowed(first)}{more}", HINT
    )


def _name(part: object) -> str:
    """One key of a location; a user's own key may be anything."""
    return str(part) if re.fullmatch(r"[\w-]{1,60}", str(part)) else shown(part)


def _allowed(error: "ErrorDetails") -> str:
    """What would be allowed, in words of YAML."""
    if error["type"] in WORDS:
        return WORDS[error["type"]]
    message = error["msg"].removeprefix("Input should be ")
    return message[:1].lower() + message[1:]


def _keys(root: type[BaseModel], location: Sequence[str]) -> list[str]:
    """Keys of the section at `location` below `root`."""
    section: Any = root
    for part in location:
        field = section.model_fields.get(part) if _is_section(section) else None
        section = field.annotation if field else None
    return list(section.model_fields) if _is_section(section) else ["low", "high", "log", "step"]


def _is_section(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
