"""Small inputs of figures, for the tests of what they show and of how they look."""

import csv
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.figure import Figure as Canvas

from epochbudget.curves import CurveSet, export

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""Of another Python process: it finds the same packages as this one."""
SCALE = {"run": "demo", "seeds": 2, "budgets": [4, 6]}
CURVE = {**SCALE, "method": "ExpHyperbolicLR", "band": True}
FAMILIES = [["N", "Traditional"], ["H", "Hyperbolic"], ["EH", "Hyperbolic"]]
COMPARISON = {**SCALE, "methods": FAMILIES}
FINALS = {("N", 4): 1e-3, ("N", 6): 5e-4, ("EH", 4): 2e-4, ("H", 4): 3e-4, ("H", 6): 1e-5}
"""Final values by (code, budget): (EH, 6) never finished."""


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


def finals_files(
    folder: Path, quantity: str = "loss", finals: Mapping[tuple[str, int], float] = FINALS
) -> list[Path]:
    """Exported curves of three methods with these last values; the others break off earlier."""
    paths = []
    for code, _ in FAMILIES:
        mean = {
            b: np.linspace(1.0, finals[code, b], b) if (code, b) in finals else np.full(b - 1, 1.0)
            for b in (4, 6)
        }
        low = {b: 0.5 * values for b, values in mean.items()}
        high = {b: 1.5 * values for b, values in mean.items()}
        paths.append(folder / f"Result_OSC_LSTM{'_ACC' * (quantity == 'accuracy')}-{code}.csv")
        export(CurveSet("OSC_LSTM", code, quantity, mean, low, high), paths[-1])
    return paths


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


def column(path: Path, name: str) -> list[float]:
    with path.open(newline="") as stream:
        return [float(row[name]) for row in csv.DictReader(stream) if row[name]]


def text_of(canvas: Canvas) -> list[str]:
    return [text.get_text() for text in canvas.findobj(matplotlib.text.Text)]


def runs_file(
    folder: Path, code: str, label: str = "Tutorial_MLP", epochs: int = 12, seeds: tuple = (1, 2)
) -> Path:
    """Raw runs of a classifier at one budget; the first seed's accuracy is best in the middle."""
    rows = []
    speed = 0.1 + sum(code.encode()) % 7 / 20
    for seed in seeds:
        time = np.arange(epochs)
        loss = seed * np.exp(-speed * time) + 0.01 * seed * time
        rows += [
            {
                **{"budget": epochs, "seed": seed, "epoch": int(t) + 1, "status": "finished"},
                **{"train_loss": loss[t] / 2, "val_loss": loss[t], "seconds": 0.1},
                **{"accuracy": 0.5 + 0.02 * seed * min(t, epochs - t), "lr": 0.01 * 0.9**t},
            }
            for t in time
        ]
    path = folder / f"Result_{label}-{code}.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path
