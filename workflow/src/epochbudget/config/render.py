"""The commented default YAML, the JSON schema and the conda environment, rendered."""

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


CONDA = """\
# For `snakemake --software-deployment-method conda`: the versions of requirements.txt, written here
# because Snakemake copies this file alone. Rendered by `epochbudget config`.
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def conda_yaml(requirements: str) -> str:
    """`envs/epochbudget.yaml` with the lines of `envs/requirements.txt`."""
    pins = [line for line in requirements.splitlines() if line and not line.startswith("#")]
    return CONDA + "".join(f"      - {pin}\n" for pin in pins)


def write(root: Path) -> None:
    """Write all three files below the project's folder `root`."""
    requirements = (root / "envs" / "requirements.txt").read_text(encoding="utf-8")
    write_text(root / "config" / "config.yaml", default_yaml(), sealed=False)
    write_text(root / "config" / "schema.json", schema_json(), sealed=False)
    write_text(root / "envs" / "epochbudget.yaml", conda_yaml(requirements), sealed=False)


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
            entries = [f"{indent}  {key}: {inline_yaml(entry)}" for key, entry in value.items()]
            lines += [f"{indent}{name}:", *entries]
        else:
            lines.append(f"{indent}{name}: {inline_yaml(value)}")
    return lines


def inline_yaml(value: Any) -> str:
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
