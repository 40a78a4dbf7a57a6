"""Kinds of values that take more than a type to describe."""

import math
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from epochbudget.config.kinds import LARGEST, not_allowed

RUN = "[A-Za-z0-9][A-Za-z0-9_]{0,99}"
GROUP = "[A-Za-z0-9][A-Za-z0-9_]{0,29}"
DEVICE = "(auto|cpu|cuda(:[0-9]{1,3})?)"
PROJECT = r"[^/\\#?%:]{1,128}"


def _matches(pattern: str, allowed: str) -> Callable[[str], str]:
    """A validator of text; `allowed` is the pattern in words."""

    def validate(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise not_allowed(allowed)
        return text

    return validate


def _number(value: Any) -> int | float:
    """A finite number; in what Snakemake's --config gives, numbers are text."""
    if isinstance(value, str):
        value = _read(value)
    if type(value) is int and abs(value) <= LARGEST:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    raise not_allowed(f"a finite number (a whole one of at most {LARGEST})")


def _read(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _number_or_flag(value: Any) -> bool | int | float:
    """True, false or a number; the text 1 is the number, which pydantic would read as true."""
    if isinstance(value, bool) or (isinstance(value, str) and value in ("true", "false")):
        return value in (True, "true")
    return _number(value)


RunName = Annotated[
    str,
    AfterValidator(
        _matches(RUN, "1 to 100 letters, digits and underscores, the first no underscore")
    ),
    Field(json_schema_extra={"pattern": f"^{RUN}$"}),
]
GroupName = Annotated[
    str, AfterValidator(_matches(GROUP, "1 to 30 letters, digits and underscores"))
]
Device = Annotated[
    str,
    AfterValidator(_matches(DEVICE, "auto, cpu, cuda or cuda:N")),
    Field(json_schema_extra={"pattern": f"^{DEVICE}$"}),
]
Project = Annotated[
    str,
    AfterValidator(_matches(PROJECT, r"1 to 128 characters, none of them /\#?%:")),
    Field(json_schema_extra={"pattern": f"^{PROJECT}$"}),
]
Number = Annotated[int | float, BeforeValidator(_number)]
Hyperparameter = Annotated[bool | int | float, BeforeValidator(_number_or_flag)]
