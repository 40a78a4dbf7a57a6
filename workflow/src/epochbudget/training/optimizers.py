"""The optimizer of a run."""

from collections.abc import Mapping
from typing import Any

from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from epochbudget.methods.base import Method


def make_optimizer(
    model: nn.Module, method: Method, name: str | None, hyperparameters: Mapping[str, Any]
) -> Optimizer:
    """The method's own optimizer if it has one, else Adam or AdamW with torch's defaults.

    Args:
        model: Holds the parameters.
        method: May bring a learning-rate-free optimizer.
        name: "Adam" or "AdamW"; None for a method that brings its own.
        hyperparameters: The run's hyperparameters; "lr" is used here.
    """
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if method.optimizer is not None:
        return method.optimizer(trained, hyperparameters)
    kind = Adam if name == "Adam" else AdamW
    return kind(trained, lr=hyperparameters["lr"], fused=True)
