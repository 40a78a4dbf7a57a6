"""What a data set is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from epochbudget.config.base import Section


@dataclass(frozen=True)
class Dataset:
    """One data set, stored as one file.

    Attributes:
        name: Name in the configuration and of the file.
        suffix: Suffix of the file, with its dot.
        settings: The pydantic model of its section of `data:`.
        write: Writes the file from (settings, path), atomically.
        inputs: Files that it is made from, from its settings; if they change it is made again.
        local: Needs the network, so it runs where Snakemake runs and not on a cluster node.
    """

    name: str
    suffix: str
    settings: type[Section]
    write: Callable[[Mapping[str, Any], Path], None]
    inputs: Callable[[Mapping[str, Any]], list[str]] = lambda settings: []
    local: bool = False
