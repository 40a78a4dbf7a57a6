"""Sphinx extension: the parts of the reference that the code itself writes.

Before a page is read, its comment `<!-- from the code: NAME -->` is replaced by the Markdown that a
function here makes from the configuration's models, the registries or the parser, so nothing is
written twice.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from pydantic import BaseModel
from sphinx.application import Sphinx

from epochbudget import registry
from epochbudget.cli import build_parser
from epochbudget.config.describe import described_schema, descriptions
from epochbudget.config.models import Config, Range
from epochbudget.config.render import inline_yaml

Schema = Mapping[str, Any]
BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
NAMES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
}


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; cells may hold Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ([cell.replace("|", r"\|").replace("\n", " ") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"


def configuration() -> str:
    """A table for each section of the configuration, the sections within it below."""
    return "\n".join(_section(Config(), "", ""))


def _section(section: BaseModel, path: str, text: str) -> Iterator[str]:
    if path:
        yield f"{'#' * min(4, path.count('.') + 2)} {path}\n\n{text}\n"
    schema = described_schema(type(section))
    texts = descriptions(type(section))
    within, rows = [], []
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel) and not isinstance(value, Range):
            within.append((value, f"{path}.{name}".lstrip("."), texts.get(name, "")))
        else:
            kind, allowed = _kind(schema["properties"][name], schema.get("$defs", {}))
            rows.append((f"`{name}`", kind, _default(value), escape(texts.get(name, "")), allowed))
    if rows:
        yield table(("key", "type", "default", "meaning", "allowed"), rows)
    for part in within:
        yield from _section(*part)


def _default(value: Any) -> str:
    """One line of YAML for each entry, as in config/config.yaml."""
    if isinstance(value, dict) and value:
        return "<br>".join(f"`{key}: {inline_yaml(entry)}`" for key, entry in value.items())
    return f"`{inline_yaml(value)}`"


def _kind(schema: Schema, parts: Schema) -> tuple[str, str]:
    """(type, allowed values) of a value in words, from its JSON schema."""
    if "$ref" in schema:
        return "range", "see [Ranges](#ranges)"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return "choice", ", ".join(f"`{value}`" for value in values)
    if "anyOf" in schema:
        kinds = [_kind(each, parts) for each in schema["anyOf"]]
        return _joined(k for k, _ in kinds), _joined(a for _, a in kinds if a)
    if schema.get("type") == "array":
        kind, allowed = _kind(schema["items"], parts) if "items" in schema else ("value", "")
        return f"list: {kind}", allowed
    if schema.get("type") == "object":
        kind, allowed = _kind(schema["additionalProperties"], parts)
        return f"mapping to {kind}", allowed
    if schema.get("type") == "null":
        return "null", ""
    bounds = [f"{sign} {schema[bound]:,}" for bound, sign in BOUNDS.items() if bound in schema]
    pattern = [f"matches `{schema['pattern']}`"] if "pattern" in schema else []
    return NAMES[schema["type"]], ", ".join(bounds + pattern)


def _joined(words: Iterator[str]) -> str:
    distinct = dict.fromkeys(words)
    if "number" in distinct:
        distinct.pop("whole number", None)
    return " or ".join(distinct)


def ranges() -> str:
    """The keys of a range."""
    schema, texts = described_schema(Range), descriptions(Range)
    rows = []
    for name, field in Range.model_fields.items():
        kind, allowed = _kind(schema["properties"][name], {})
        default = "needed" if field.is_required() else f"`{inline_yaml(field.default)}`"
        rows.append((f"`{name}`", kind, default, texts[name], allowed))
    return table(("key", "type", "default", "meaning", "allowed"), rows)


def models() -> str:
    """The labels for `models`."""
    rows = [
        (f"`{t.label}`", f"`tasks.{t.section}`", f"`data.{t.dataset}`", _judged(t.classification))
        for t in sorted(registry.tasks().values(), key=lambda task: task.label)
    ]
    return table(("label", "settings", "data set", "validated by"), rows)


def _judged(classification: bool) -> str:
    return "loss and accuracy" if classification else "loss"


def hyperparameters() -> str:
    """The hyperparameters of every method, besides lr."""
    rows = [
        (f"`{m.code}`", f"`{name}`", _given(m.defaults, name), setting.allowed)
        for m in registry.methods().values()
        for name, setting in m.settings.items()
    ]
    return table(("method", "hyperparameter", "default", "allowed"), rows)


def _given(defaults: Mapping[str, float], name: str) -> str:
    if name in defaults:
        return f"`{inline_yaml(defaults[name])}`"
    return "key `infimum_lr`" if name == "infimum_lr" else ""


def commands() -> str:
    """The help of every command, the commands within it below."""
    return "\n".join(_commands(build_parser(), "##"))


def _commands(parser: argparse.ArgumentParser, heading: str) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                name = command.prog.partition(" ")[2]
                yield f"{heading} {name}\n\n```text\n{command.format_help()}```\n"
                yield from _commands(command, heading + "#")


PARTS: dict[str, Callable[[], str]] = {
    part.__name__: part for part in (configuration, ranges, models, hyperparameters, commands)
}


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the parts in the place of their comments."""
    for name, part in PARTS.items():
        if (mark := f"<!-- from the code: {name} -->") in source[0]:
            app.env.note_reread()
            source[0] = source[0].replace(mark, part())


def plain(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with code in backticks: `|` and `*` mean themselves.

    So does a colon in the docstring of an attribute, which napoleon takes for the end of a type if
    it stands in the first line.
    """
    if what in ("attribute", "data", "property"):
        lines[:0] = ["..", ""]  # an empty comment
    for i, line in enumerate(lines):
        parts = line.split("`")
        parts[::2] = [part.replace("|", r"\|").replace("*", r"\*") for part in parts[::2]]
        lines[i] = "`".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both with Sphinx."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", plain, priority=400)  # before napoleon
    return {"parallel_read_safe": True}
