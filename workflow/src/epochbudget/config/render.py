"""The commented default YAML and the JSON schema, rendered from the models."""

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from epochbudget.config.describe import described_schema, descriptions
from epochbudget.config.models import Config, Range
from epochbudget.files import write_text

HEADER = """\
# Default configuration: the run `demo`, small and offline. Rendered from the models in
# workflow/src/epochbudget/config and the registries; write it anew with `epochbudget config`.
# The paper's protocol is config/paper.yaml; change values there, in an overlay of your own
# (snakemake --configfile my.yaml), or here.
# yaml-language-server: $schema=schema.json
"""


def default_yaml() -> str:
    """`config/config.yaml`: every key with its default and, as a comment, its description."""
    return HEADER + "\n" + "\n".join(_lines(Config(), 0)) + "\n"


def schema_json() -> str:
    """`config/schema.json`: the JSON schema, for editors and other checkers."""
    return json.dumps(described_schema(Config), indent=1) + "\n"


def write(folder: Path) -> None:
    """Write both files into `folder`."""
    write_text(folder / "config.yaml", default_yaml())
    write_text(folder / "schema.json", schema_json())


def _lines(section: BaseModel, depth: int) -> list[str]:
    indent = "  " * depth
    lines = []
    texts = descriptions(type(section))
    for name in type(section).model_fields:
        value = getattr(section, name)
        is_section = isinstance(value, BaseModel) and not isinstance(value, Range)
        if depth == 0 and is_section:
            lines.append("")
        lines += [f"{indent}# {line}" for line in texts.get(name, "").splitlines()]
        if is_section:
            lines += [f"{indent}{name}:", *_lines(value, depth + 1)]
        elif isinstance(value, dict) and value:
            entries = [f"{indent}  {key}: {_inline(entry)}" for key, entry in value.items()]
            lines += [f"{indent}{name}:", *entries]
        else:
            lines.append(f"{indent}{name}: {_inline(value)}")
    return lines


def _inline(value: Any) -> str:
    """A value on one line, as YAML."""
    text = yaml.safe_dump(
        _plain(value), default_flow_style=True, sort_keys=False, width=float("inf")
    )
    return text.removesuffix("\n...\n").strip()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value
