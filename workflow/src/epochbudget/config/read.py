"""YAML files, read without trusting them."""

from pathlib import Path
from typing import Any

import yaml

from epochbudget.errors import UserError

MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    """Plain values only, and no key of a mapping twice, where YAML's parser would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [k for k, _ in node.value if isinstance(k, yaml.ScalarNode) and k.tag != MERGE]
        seen = set()
        for key in keys:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"found the key {key.value!r} twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read_yaml(path: Path) -> dict[Any, Any]:
    """The mapping that a YAML file holds.

    Raises:
        UserError: If the file is missing, is no YAML mapping, gives a key twice, or asks for
            anything but plain values.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            values = yaml.load(stream, _Loader)
    except Exception as error:  # yaml raises nearly anything for a value that is not of its tag
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{path}: cannot be read: {reason}", "see config/config.yaml") from error
    if not isinstance(values, dict):
        raise UserError(
            f"{path}: found {type(values).__name__}, allowed is a mapping of keys to values",
            "see config/config.yaml",
        )
    return values
