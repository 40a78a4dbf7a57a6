"""From YAML or Snakemake's dictionary to a checked Config, with messages for people."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from epochbudget.config.check import check
from epochbudget.config.models import Config
from epochbudget.errors import UserError

AnySection = TypeVar("AnySection", bound=BaseModel)


def load(values: Mapping[str, Any]) -> Config:
    """Validate a configuration.

    Raises:
        UserError: One message for the first thing that is wrong.
    """
    config = validated(Config, values)
    check(config)
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
    import yaml

    merged: dict[str, Any] = {}
    for path in paths:
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise UserError(f"{path}: cannot be read: {error}", "see config/config.yaml") from error
        if not isinstance(values, dict):
            raise UserError(
                f"{path}: found {type(values).__name__}, allowed is a mapping of keys to values",
                "see config/config.yaml",
            )
        _overlay(merged, values)
    return load(merged)


def _overlay(base: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = value


def _explain(root: type[BaseModel], error: ValidationError) -> UserError:
    """The first error as one sentence with the key, what was found and what is allowed."""
    first, *others = error.errors()
    location = [str(part) for part in first["loc"]]
    key = ".".join(location) or "configuration"
    more = f" (and {len(others)} more)" if others else ""
    if first["type"] == "extra_forbidden":
        allowed = _keys(root, location[:-1])
        close = difflib.get_close_matches(location[-1], allowed, n=1)
        return UserError(
            f"unknown key {key}{more}; allowed here are {', '.join(allowed)}",
            f"did you mean {close[0]}?" if close else "see config/config.yaml",
        )
    found = repr(first["input"])
    found = found if len(found) < 80 else found[:77] + "..."
    return UserError(
        f"{key}: found {found}, {_allowed(first['msg'])}{more}", "see config/config.yaml"
    )


def _allowed(message: str) -> str:
    return "allowed: " + message[:1].lower() + message[1:]


def _keys(root: type[BaseModel], location: Sequence[str]) -> list[str]:
    """Keys of the section at `location` below `root`."""
    section: Any = root
    for part in location:
        field = section.model_fields.get(part) if _is_section(section) else None
        section = field.annotation if field else None
    return list(section.model_fields) if _is_section(section) else ["low", "high", "log", "step"]


def _is_section(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
