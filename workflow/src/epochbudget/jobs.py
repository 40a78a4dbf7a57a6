"""The environment of the jobs that Snakemake starts."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from epochbudget.files import canonical_json

RUNTIME = "EPOCHBUDGET_RUNTIME"
SOURCE = Path(__file__).resolve().parents[1]


def export_environment(runtime: Mapping[str, Any]) -> None:
    """Set what jobs inherit: this checkout's package, this Python, and how they are to run.

    Device, logs and tracking travel here and not in a rule's params, because they change no result
    and must therefore cause no rerun.
    """
    _prepend("PYTHONPATH", SOURCE)
    _prepend("PATH", Path(sys.executable).parent)
    os.environ[RUNTIME] = canonical_json(runtime)


def runtime() -> dict[str, Any]:
    """How this job is to run; empty for a command typed by hand."""
    values: dict[str, Any] = json.loads(os.environ.get(RUNTIME, "{}"))
    return values


def _prepend(name: str, folder: Path) -> None:
    os.environ[name] = os.pathsep.join(filter(None, [str(folder), os.environ.get(name)]))
