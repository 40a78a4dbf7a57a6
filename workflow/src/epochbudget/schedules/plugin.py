"""Schedules of plug-ins as torch schedulers (`epochbudget.plugins` finds them)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from epochbudget.plugin_calls import called, loaded, rate


class FunctionLR(LRScheduler):
    """The rate that a function of the epoch gives, for all parameter groups.

    Args:
        optimizer: Its rates are set.
        rate: Epoch (0-based) -> learning rate.
    """

    def __init__(self, optimizer: Optimizer, rate: Callable[[int], float]) -> None:
        self.rate = rate
        super().__init__(optimizer)

    def get_lr(self) -> list[float | Tensor]:
        """The rate of the epoch for each parameter group."""
        return [self.rate(self.last_epoch) for _ in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        """The state without the function, which is code."""
        return {name: value for name, value in super().state_dict().items() if name != "rate"}


def scheduler(
    key: str,
    path: Path,
    name: str,
    settings: Mapping[str, Any],
    optimizer: Optimizer,
    hyperparameters: Mapping[str, float],
    budget: int,
    steps_per_epoch: int,
) -> Any:
    """The scheduler of a plug-in.

    Args:
        key: What messages call the plug-in.
        path: Its file.
        name: Its function or class.
        settings: What it gets as `config`, besides the hyperparameters.
        optimizer: Its rates are set.
        hyperparameters: The method's hyperparameters, "lr" among them.
        budget: Epochs of the run.
        steps_per_epoch: Optimizer steps in each epoch.

    Raises:
        UserError: If the plug-in fails, or gives something that is no learning rate.
    """
    plugin = loaded(key, path, name)
    config = {**settings, **hyperparameters}
    base_lr = float(config.pop("lr"))
    if isinstance(plugin, type):
        return called(key, plugin, optimizer, budget, steps_per_epoch, config)
    # Torch asks for one rate more than there are epochs.
    return FunctionLR(
        optimizer, lambda epoch: rate(key, plugin, min(epoch, budget - 1), budget, base_lr, config)
    )
