"""Parquet files with the same bytes for the same content."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from epochbudget.files import atomic, canonical_json

# Compression and dictionaries cost time and save little on floats; checksums find damaged pages.
_OPTIONS: dict[str, Any] = {
    "compression": "none",
    "use_dictionary": False,
    "write_page_checksum": True,
}


def _column(values: NDArray[Any]) -> pa.Array:
    """A column of numbers (N,), or of lists of one length (N, width)."""
    flat = pa.array(values.reshape(-1))
    return flat if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def write_columns(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write columns (N,) or (N, width) to `path`, atomically."""
    write_row_groups(path, [columns], {})


def write_row_groups(
    path: Path, groups: Iterable[Mapping[str, NDArray[Any]]], facts: Mapping[str, Any]
) -> None:
    """Write one row group after another to `path`, atomically.

    Args:
        path: The file.
        groups: The columns of each row group, (N,) or (N, width); all alike but for N. They are
            written as they come, so that only one is in memory.
        facts: JSON values stored in the schema's metadata, by name.
    """
    metadata = {name: canonical_json(value) for name, value in facts.items()}
    writer = None
    with atomic(path) as temporary:
        try:
            for group in groups:
                columns = {name: _column(values) for name, values in group.items()}
                table = pa.table(columns).replace_schema_metadata(metadata)
                if writer is None:
                    writer = pq.ParquetWriter(temporary, table.schema, **_OPTIONS)
                writer.write_table(table, row_group_size=len(table))
        finally:
            if writer is not None:
                writer.close()
