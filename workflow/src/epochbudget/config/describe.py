"""Descriptions of configuration keys: the docstrings below the fields.

Pydantic can collect them itself (use_attribute_docstrings), but does so whenever a class is made,
which costs each job and each start of Snakemake as much time as everything else that they import.
"""

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel


@cache
def descriptions(section: type[BaseModel]) -> dict[str, str]:
    """The description of every field of a section, its own and inherited ones."""
    found = {n: f.description for n, f in section.model_fields.items() if f.description}
    for base in reversed(section.__mro__):
        if issubclass(base, BaseModel) and base.__module__.startswith("epochbudget."):
            found |= _own(base)
    return {name: text for name, text in found.items() if name in section.model_fields}


def _own(section: type[BaseModel]) -> dict[str, str]:
    try:
        source = inspect.getsource(section)
    except OSError:  # made by create_model: its fields carry their descriptions
        return {}
    body = ast.parse(textwrap.dedent(source)).body[0].body  # type: ignore[attr-defined]
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def described_schema(section: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a section and all within, with descriptions."""
    schema = section.model_json_schema()
    for name, model in {section.__name__: section, **_sections(section)}.items():
        entry = schema["$defs"].get(name, {}) if model is not section else schema
        for field, text in descriptions(model).items():
            if field in entry.get("properties", {}):
                entry["properties"][field]["description"] = text
    return schema


def _sections(section: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """All sections that stand somewhere within a section, by name."""
    found: dict[str, type[BaseModel]] = {}
    todo: list[Any] = [field.annotation for field in section.model_fields.values()]
    while todo:
        value = todo.pop()
        if isinstance(value, type) and issubclass(value, BaseModel):
            if value.__name__ not in found:
                found[value.__name__] = value
                todo.extend(field.annotation for field in value.model_fields.values())
        else:
            todo.extend(getattr(value, "__args__", ()))
    return found
