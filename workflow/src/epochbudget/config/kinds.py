"""Kinds of plain values: what pydantic would mistake for one another, and values in messages."""

import re
from collections.abc import Iterator
from functools import cache
from reprlib import Repr
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

LARGEST = 2**63 - 1
"""What numpy and torch hold as a whole number."""
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def of_kind(value: Any, section: type[BaseModel], field: str) -> Any:
    """Return a field's value if it, or each of its entries, is of a kind that the field takes.

    Raises:
        PydanticCustomError: If pydantic would make something else of it, such as 1 of true.
    """
    kinds = _kinds(section, field)
    if not kinds & {bool, int, float, str}:  # a section, which looks at its own fields
        return value
    for entry in _entries(value):
        found = type(entry)
        if found is bool and bool not in kinds and kinds & {int, float}:
            raise not_allowed("a number, not true or false")
        if found in (int, float) and bool in kinds and not kinds & {int, float}:
            raise not_allowed("true or false, not a number")
        if found is int and abs(entry) > LARGEST:
            raise not_allowed(f"a number of at most {LARGEST}")
        if found is bytes or (found is str and UNPRINTABLE.search(entry)):
            raise not_allowed("text without control characters")
    return value


def not_allowed(allowed: str) -> PydanticCustomError:
    """What a validator raises; `allowed` says in words which values it takes."""
    return PydanticCustomError("not_allowed", "{allowed}", {"allowed": allowed})


def shown(value: object) -> str:
    """A value for a message: on one line, and short however large it is."""
    try:
        return _REPR.repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"


_REPR = Repr()
_REPR.maxstring = _REPR.maxother = 80
_REPR.maxlist = _REPR.maxtuple = 8


@cache
def _kinds(section: type[BaseModel], field: str) -> frozenset[type]:
    """The types of plain values that stand somewhere in a field's annotation."""
    return frozenset(_plain_types(section.model_fields[field].annotation))


def _plain_types(annotation: Any) -> Iterator[type]:
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield type(part)
        else:
            yield from _plain_types(part)
    if isinstance(annotation, type):
        yield annotation


def _entries(value: Any) -> list[Any]:
    """A value's own entries, whatever stands in them: those are sections, or refused later."""
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]
