"""Where a run's numbers come from: versions, devices, data, code, hyperparameters, hours."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Table = dict[str, Any]


def provenance_rows(spec: Mapping[str, Any]) -> list[Table]:
    """Tables {title, rows: [[name, value], ...]} of the pairs of `protocol.specification`.

    What a comparison of runs carries in its metadata is of the process that assembled it; the
    record of each training run stands beside it in the store.
    """
    entries = [(pair, _read(Path(pair["runs"]))) for pair in spec["pairs"]]
    made = [metadata["provenance"] for _, (metadata, _) in entries]
    seeds = {seed for _, (metadata, _) in entries for seed in metadata["spec"]["seeds"]}
    tuning = ", ".join(map(str, spec["tuning_seeds"])) or "no studies"
    versions = [{n: v for n, v in m["versions"].items() if v} for m in made]
    return [
        {
            "title": "Seeds",
            "rows": [
                ["comparison", ", ".join(map(str, sorted(seeds)))],
                ["tuning", tuning],
            ],
        },
        {
            "title": "Software and device of the processes that put the comparisons together",
            "rows": [
                ["Python", _distinct(m["python"] for m in made)],
                ["system", _distinct(m["platform"] for m in made)],
                ["device", _distinct(m["device"] for m in made)],
                *(
                    [name, _distinct(v[name] for v in versions if name in v)]
                    for name in sorted({name for v in versions for name in v})
                ),
            ],
        },
        {
            "title": "Data, by the SHA-256 of its file",
            "rows": [
                [model, _distinct(m["data"] for p, (m, _) in entries if p["model"] == model)]
                for model in dict.fromkeys(p["model"] for p, _ in entries)
            ],
        },
        {
            "title": "Hyperparameters",
            "rows": [[_name(p), _settings(m["hyperparameters"])] for p, (m, _) in entries],
        },
        {
            "title": "Training time of the comparisons, one run at a time",
            "rows": [[_name(p), f"{seconds / 3600:.3g} h"] for p, (_, seconds) in entries],
        },
        {
            "title": "Code, by the digest of what a comparison runs",
            "rows": [[_name(p), p["code"]] for p, _ in entries],
        },
    ]


def _read(path: Path) -> tuple[dict[str, Any], float]:
    """Metadata of a comparison's raw runs, and the seconds of their epochs, each counted once.

    Where a short run is the beginning of a longer one, both carry the same epochs.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        metadata = json.loads(file.schema_arrow.metadata[b"epochbudget"])
        columns = file.read(columns=["seed", "epoch", "seconds"]).to_pydict()
    epochs = set(zip(*columns.values(), strict=True))
    return metadata, sum(seconds or 0.0 for *_, seconds in epochs)


def _name(pair: Mapping[str, Any]) -> str:
    return f"{pair['model']} {pair['method']}"


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in sorted(values.items())
    )


def _distinct(values: Iterable[Any]) -> str:
    return "; ".join(dict.fromkeys(map(str, values)))
