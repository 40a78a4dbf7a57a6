"""OSC_LSTM: an LSTM continues the oscillator's motion."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from epochbudget.tasks.base import Problem, Task, TaskSettings

if TYPE_CHECKING:
    from torch import device


class OSCLSTMSettings(TaskSettings):
    """The LSTM on windows of the oscillator."""

    dtype: Literal["simple", "damped", "total"] = "simple"
    """Trajectories: damping ratio 0, 0.01, or all that the data hold."""
    mode: Literal["S", "MS", "M"] = "S"
    """Columns read and predicted: S x -> x; MS x, v, a -> x; M x, v, a -> x, v, a."""
    history: int = Field(default=10, ge=1)
    """Rows (1 ms each by default) that the model reads."""
    horizon: int = Field(default=5, ge=1)
    """Rows that the model predicts."""
    stride: int = Field(default=40, ge=1)
    """Rows between the starts of successive windows."""
    hidden: int = Field(default=32, ge=1)
    """Hidden units of every layer of encoder and decoder."""
    layers: int = Field(default=1, ge=1)
    """Layers of the encoder and of the decoder."""
    batch_size: int = Field(default=50, ge=1)
    """Windows per optimizer step."""
    lr: float = Field(default=0.01, gt=0)
    """Default learning rate, where no study chooses one."""
    subset_ratio: float = Field(default=1.0, gt=0, le=1)
    """Share of the training windows and of the validation windows that is used."""
    split_seed: int = Field(default=42, ge=0)
    """Seed of the random 80/20 split into training and validation windows."""


DAMPINGS = {"simple": (0.0,), "damped": (0.01,), "total": None}
COLUMNS = {"S": ("x",), "MS": ("x", "v", "a"), "M": ("x", "v", "a")}
PREDICTED = {"S": 1, "MS": 1, "M": 3}


def problem(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
    """Windows of the chosen trajectories, the LSTM and Huber's loss.

    Raises:
        UserError: If the file is unreadable, or the data cannot give the windows asked for.
    """
    import numpy as np
    import torch
    from torch.nn import functional

    from epochbudget.data.generators.read import read_oscillator
    from epochbudget.models.lstm import LSTM
    from epochbudget.tasks.problems.regression import RegressionProblem
    from epochbudget.tasks.problems.windows import (
        Windows,
        scaled,
        split,
        trajectories,
        window_starts,
    )

    chosen = OSCLSTMSettings.model_validate(settings)
    names, predicted = COLUMNS[chosen.mode], PREDICTED[chosen.mode]
    columns = read_oscillator(path)
    rows = trajectories(columns, DAMPINGS[chosen.dtype])
    table = torch.from_numpy(scaled(columns, names, np.concatenate(rows)))
    table = table.to(device, torch.float32)
    starts = window_starts([len(r) for r in rows], chosen.history + chosen.horizon, chosen.stride)
    train, validation = (
        Windows(table, part.to(device), chosen.history, chosen.horizon, predicted)
        for part in split(starts, chosen.split_seed, chosen.subset_ratio)
    )
    return RegressionProblem(
        lambda: LSTM(len(names), predicted, chosen.horizon, chosen.hidden, chosen.layers),
        train,
        validation,
        functional.huber_loss,
        chosen.batch_size,
        device,
    )


TASKS = (Task("OSC_LSTM", "oscillator", "OSC_LSTM", OSCLSTMSettings, False, problem),)
