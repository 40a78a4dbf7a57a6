"""The integral operator's data as a regression problem."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from epochbudget.data.generators.read import read_integral
from epochbudget.errors import UserError
from epochbudget.tasks.operator_settings import OperatorSettings
from epochbudget.tasks.problems.regression import OperatorSamples, RegressionProblem
from epochbudget.tasks.problems.splits import share


def operator_problem(
    path: Path,
    build: Callable[[int, int], nn.Module],
    settings: OperatorSettings,
    device: torch.device,
) -> RegressionProblem:
    """The first 80 % of the functions for training, the last 20 % for validation; squared error.

    Of either part, `settings.subset_ratio` takes the first functions: they are independent draws.

    Args:
        path: File of the data set "integral".
        build: Makes the model from (number of sensors, number of queries).
        settings: Batch size, and which functions and sensors are used.
        device: Where everything stands.

    Raises:
        UserError: If the file is unreadable or holds fewer than 5 functions.
    """
    sensors, targets, queries = read_integral(path)
    if len(sensors) < 5:
        raise UserError(
            f"{path} holds {len(sensors)} functions, of which 20 % are for validation",
            "set data: integral: fields to 5 or more",
        )
    u = torch.from_numpy(sensors)[:, :: settings.sensor_stride].contiguous().to(device)
    values = torch.from_numpy(targets).to(device)
    y = torch.from_numpy(queries).to(device, torch.float32)
    cut = len(u) * 4 // 5
    train, validation = (
        OperatorSamples(
            share(u[rows], settings.subset_ratio), share(values[rows], settings.subset_ratio), y
        )
        for rows in (slice(cut), slice(cut, None))
    )
    return RegressionProblem(
        lambda: build(u.shape[1], len(y)),
        train,
        validation,
        functional.mse_loss,
        settings.batch_size,
        device,
    )
