"""Small made-up files of LODE, for the tests of its figures: earlier runs, what was learnt from
them, and raw runs with what was noted of them.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from epochbudget.lode.fit import Dynamics, Scale
from epochbudget.lode.latent_ode import LatentODE
from epochbudget.lode.observing import trajectory

EPOCHS, POINTS = 8, 4
PRIORS = ("C", "N")
RATES = (0.003, 0.01, 0.03)
NAMES = {"LODE": "LODE", "N": "Constant", "C": "CosineAnnealingLR"}
CLASSIFIER = "DIGITS_CNN"
LABELS = ("OSC_LSTM", CLASSIFIER)


def prior(folder: Path, label: str, code: str) -> Path:
    """Earlier runs of one method: the higher their rate the faster, two seeds each."""
    runs = [
        {
            "hyperparameters": {"lr": lr},
            "seed": seed,
            "observations": {
                "loss": [math.exp(-30 * lr * t / POINTS) * seed for t in range(EPOCHS * POINTS)],
                "lr": [_rate(code, lr, t // POINTS) for t in range(EPOCHS * POINTS)],
            },
            "val_loss": [seed * math.exp(-40 * lr * epoch) for epoch in range(EPOCHS)],
            "accuracy": [1 - 0.8 * math.exp(-40 * lr * epoch) for epoch in range(EPOCHS)]
            if label == CLASSIFIER
            else None,
            "seconds": 1.0,
        }
        for lr in RATES
        for seed in (1, 2)
    ]
    about = {"method": code, "budget": EPOCHS, "diverged": {}, "runs": runs}
    return _json(folder / f"{label}-{code}.json", about)


def _rate(code: str, lr: float, epoch: int) -> float:
    return lr * (1 + math.cos(math.pi * epoch / EPOCHS)) / 2 if code == "C" else lr


def learnt(folder: Path, label: str) -> list[Path]:
    """What LODE learnt: an untrained latent ODE; and from what."""
    priors = [prior(folder, label, code) for code in PRIORS]
    runs = [run for path in priors for run in json.loads(path.read_text())["runs"]]
    observed = [trajectory(r["observations"], r["val_loss"], r["accuracy"]) for r in runs]
    torch.manual_seed(3)
    step = 10 / (EPOCHS * POINTS)
    dynamics = Dynamics(LatentODE(), Scale.of(observed), step, (1e-5, 0.03))
    about = {
        "hyperparameters": {"base": "C", "lr": 0.02, "infimum_lr": 1e-6, "faithful": False},
        "dynamics": dynamics.state_dict(),
        "losses": [2.0, 1.0],
        "prior": {"runs": len(runs), "epochs": EPOCHS * len(runs), "seconds": 12.0},
    }
    return [_json(folder / f"{label}-LODE.json", about), *priors]


def _json(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


def raw_runs(
    folder: Path,
    label: str,
    code: str,
    finals: Mapping[int, float],
    noted: Mapping[int, Mapping[str, Any]] | None = None,
    lengths: Mapping[int, int] | None = None,
) -> Path:
    """Raw runs of one method.

    Args:
        folder: Where to.
        label: Label of the model.
        code: Code of the method.
        finals: Last validation loss by seed; a classifier's accuracy is 1 minus it.
        noted: What was noted, by seed.
        lengths: Epochs of diverged runs by seed.
    """
    lengths = lengths or {}
    rows = [
        {
            **{"budget": EPOCHS, "seed": seed, "epoch": epoch, "seconds": 0.1, "train_loss": 1.0},
            **{"lr": rate(code, seed, epoch), "val_loss": final * EPOCHS / epoch},
            "accuracy": 1 - final * EPOCHS / epoch if label == CLASSIFIER else None,
            "status": "diverged" if seed in lengths else "finished",
        }
        for seed, final in finals.items()
        for epoch in range(1, lengths.get(seed, EPOCHS) + 1)
    ]
    notes = [{"budget": EPOCHS, "seed": seed, **own} for seed, own in (noted or {}).items()]
    metadata = {"epochbudget": json.dumps({"diverged": [], **({"noted": notes} if noted else {})})}
    path = folder / f"Result_{label}-{code}.parquet"
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata(metadata), path)
    return path


def rate(code: str, seed: int, epoch: int) -> float:
    """The rates that `raw_runs` writes."""
    return {"LODE": 0.01 * seed, "LODE-chance": 0.02, "LODE-prior": 0.03}.get(code, 0.04) / epoch
