"""What is noted of runs besides their curves, as the raw rows of a comparison carry it."""

import json
from pathlib import Path
from typing import Any


def noted(path: Path) -> list[dict[str, Any]]:
    """The entry `noted` of the metadata of `Result_{label}-{code}.parquet`; empty without one."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        metadata = file.schema_arrow.metadata or {}
    found: list[dict[str, Any]] = json.loads(metadata.get(b"epochbudget", b"{}")).get("noted", [])
    return found
