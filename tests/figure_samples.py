"""Small inputs of figures, for the tests of what they show and of how they look."""

import csv
import os
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from epochbudget.curves import CurveSet, export
from epochbudget.metrics.base import COLUMNS
from epochbudget.metrics.names import model_name

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""Of another Python process: it finds the same packages as this one."""
SCALE = {"run": "demo", "seeds": 2, "budgets": [4, 6]}
CURVE = {**SCALE, "method": "ExpHyperbolicLR", "band": True}
FINALS = {("N", 4): 1e-3, ("N", 6): 5e-4, ("EH", 4): 2e-4, ("H", 4): 3e-4, ("H", 6): 1e-5}


def curves_file(folder: Path, quantity: str = "loss", lengths: tuple[int, ...] = (4, 6)) -> Path:
    """Exported curves of budgets 4 and 6; a shorter length is a run that diverged."""
    values = {
        b: np.linspace(0.9, 0.1, 6)[:n] ** (6 / b) for b, n in zip((4, 6), lengths, strict=True)
    }
    low = {b: 0.8 * v for b, v in values.items()}
    high = {b: 1.2 * v for b, v in values.items()}
    path = folder / f"Result_DIGITS_CNN{'_ACC' * (quantity == 'accuracy')}-EH.csv"
    export(CurveSet("DIGITS_CNN", "EH", quantity, values, low, high), path)
    return path


def finals_file(folder: Path, quantity: str = "final_val_loss") -> Path:
    """A table of final values: (EH, 6) never finished; another model's rows stand among them."""
    path = folder / "final.csv"
    model = model_name("OSC_LSTM")
    with path.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        table.writerow(["other", "N", quantity, 4, "", "", "", 7.0])
        for (code, budget), value in FINALS.items():
            table.writerow([model, code, quantity, budget, "", "", "", value])
            table.writerow([model, code, f"{quantity}_std", budget, "", "", "", 0.1])
            for seed, factor in ((89, 0.5), (231, 1.5)):
                table.writerow([model, code, quantity, budget, "", seed, "", factor * value])
    return path


def comparison_options(quantity: str = "final_val_loss") -> dict:
    methods = [["N", "Traditional"], ["H", "Hyperbolic"], ["EH", "Hyperbolic"]]
    names = {"label": "OSC_LSTM", "model": model_name("OSC_LSTM")}
    return {**SCALE, **names, "quantity": quantity, "methods": methods}


def oscillator_file(folder: Path) -> Path:
    time = np.linspace(0.0, 10.0, 201)
    rows = {name: [] for name in ("t", "x", "v", "a", "zeta")}
    for zeta in (0.0, 0.01, 0.02):
        motion = np.exp(-10 * zeta * time) * np.cos(14 * time)
        values = (time, 0.1 * motion, 1.4 * motion, -20 * motion, np.full_like(time, zeta))
        for name, column in zip(rows, values, strict=True):
            rows[name].append(column)
    path = folder / "oscillator.parquet"
    pq.write_table(
        pa.table({name: np.concatenate(several) for name, several in rows.items()}), path
    )
    return path
