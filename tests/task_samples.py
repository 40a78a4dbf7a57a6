"""Small data and a shortcut for the tests of the tasks."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from epochbudget import registry

CPU = torch.device("cpu")


def write_images(path: Path) -> Path:
    """Random images in the format of the image data sets: 40 to train, 22 to validate."""
    rng = np.random.default_rng(0)

    def part(size: int) -> tuple[Any, Any]:
        return rng.integers(0, 256, (size, 3, 32, 32), np.uint8), rng.integers(0, 10, size)

    (train, train_labels), (test, test_labels) = part(40), part(22)
    np.savez(
        path,
        train_images=train,
        train_labels=train_labels,
        test_images=test,
        test_labels=test_labels,
        classes=10,
        verified=False,
    )
    return path


def oscillator_columns() -> dict[str, Any]:
    """Three trajectories of 60 rows; x, v and a are all different."""
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=180) for name in ("x", "v", "a")}
    columns |= {"t": np.tile(np.arange(60) / 1000, 3), "zeta": np.repeat([0.0, 0.01, 0.02], 60)}
    return columns


def build(label: str, path: Path = Path("file"), **options: Any) -> Any:
    """The problem `label` with the task's default settings, changed by `options`."""
    task = registry.tasks()[label]
    return task.problem(task.settings(**options).model_dump(), path, CPU)
