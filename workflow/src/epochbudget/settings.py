"""Hyperparameters given as text on the command line."""

import math
from collections.abc import Mapping, Sequence

from epochbudget.errors import UserError
from epochbudget.methods.base import Setting
from epochbudget.registry import methods

WHOLE = Setting(int, "a whole number of at least 1", lambda value: value >= 1)
RATE = Setting(float, "a number above 0", lambda value: 0 < value < math.inf)


def all_settings() -> dict[str, Setting]:
    """Every name that some method uses."""
    return {name: s for method in methods().values() for name, s in method.settings.items()}


def parse_number(name: str, text: str) -> float:
    """The value of `text`: true, false, a whole number or a float.

    Raises:
        UserError: If it is none of them; the message calls it `name`.
    """
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise UserError(f"{name} is {text!r}", "it takes a number (or true or false)")


def parse_pairs(items: Sequence[str]) -> dict[str, float]:
    """The values of "name=value" items, whatever the names.

    Raises:
        UserError: If a name is given twice, or a value is no number.
    """
    given: dict[str, float] = {}
    for name, text in (item.partition("=")[::2] for item in items):
        if name in given:
            raise UserError(f"{name} is given twice", "give it once")
        given[name] = parse_number(name, text)
    return given


def parse_settings(items: Sequence[str], allowed: Mapping[str, Setting]) -> dict[str, float]:
    """The values of "name=value" items, checked.

    Raises:
        UserError: If a name is not allowed or given twice, or a value is not allowed.
    """
    for name in (item.partition("=")[0] for item in items):
        if name not in allowed:
            raise UserError(
                f"--set names {name!r}, allowed are {', '.join(sorted(allowed))}",
                "write --set name=value",
            )
    return {n: allowed[n].checked(n, value) for n, value in parse_pairs(items).items()}
