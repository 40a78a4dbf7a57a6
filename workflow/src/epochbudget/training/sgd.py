"""SGD with momentum and weight decay, as the configuration's `optimizers` may name it.

A module of its own, and known to the keys of runs with SGD alone.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from epochbudget.methods.base import Hyperparameters

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer


def optimizer(parameters: "Iterable[Tensor]", hyperparameters: Hyperparameters) -> "Optimizer":
    """SGD as torch has it: v <- momentum v + (gradient + weight_decay w), w <- w - lr v.

    Weight decay is of all parameters, those of normalisations and biases among them. Schedules that
    cycle the momentum (OC, CY) set it as well, whatever it is here.

    Args:
        parameters: What is trained.
        hyperparameters: The run's: lr, momentum, weight_decay and nesterov.
    """
    from torch.optim import SGD

    return SGD(
        parameters,
        lr=hyperparameters["lr"],
        momentum=hyperparameters["momentum"],
        weight_decay=hyperparameters["weight_decay"],
        nesterov=bool(hyperparameters["nesterov"]),
        fused=True,
    )
