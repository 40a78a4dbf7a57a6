"""Small data and a shortcut for the tests of the tasks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from epochbudget import registry
from epochbudget.data.generators import read
from epochbudget.tasks.problems import operator_data

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


SMALL: dict[str, dict[str, Any]] = {
    "OSC_LSTM": {"stride": 1, "layers": 2, "hidden": 6, "mode": "MS", "batch_size": 12},
    "Integral_MLP": {"train_bias": False, "batch_size": 8},
    "Integral_TF": {"d_model": 8, "feedforward": 16, "batch_size": 8},
    "FOLDER_CNN": {"batch_size": 16},
    "FOLDER_ViT": {"dim": 8, "heads": 2, "depth": 2, "patch": 8, "batch_size": 16},
}
"""Three batches an epoch."""


def double_problem(label: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Any:
    """A small problem with its data in float64; set torch's default type to it as well."""
    rng = np.random.default_rng(0)
    data = rng.normal(size=(25, 20)), rng.normal(size=(25, 30)), np.linspace(0, 1, 30)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    monkeypatch.setattr(read, "read_oscillator", lambda path: oscillator_columns())
    images = write_images(folder / "images.npz")
    problem = build(label, images, subset_ratio=1.0, **SMALL[label])
    for samples in (problem.train, problem.validation):
        for name, value in vars(samples).items():
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                object.__setattr__(samples, name, value.double())
    return problem
