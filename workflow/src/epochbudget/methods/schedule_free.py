"""SF: Schedule-Free AdamW, which averages weights where others let the rate fall.

Defazio and others, The Road Less Scheduled (arXiv 2405.15682).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from epochbudget.methods.base import WARMUP_EPOCHS, Hyperparameters, Method, Param

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

DEFAULT_WARMUP_EPOCHS = 1
WEIGHT_DECAY = 0.01
"""That of torch's AdamW, with which it is compared."""


def optimizer(parameters: "Iterable[Tensor]", hyperparameters: Hyperparameters) -> "Optimizer":
    """The authors' optimizer, without its own warm-up."""
    from schedulefree import AdamWScheduleFree

    lr = hyperparameters["lr"]
    built: Optimizer = AdamWScheduleFree(parameters, lr=lr, weight_decay=WEIGHT_DECAY)
    return built


def scheduler(
    optimizer: "Optimizer", hyperparameters: Hyperparameters, budget: int, steps_per_epoch: int
) -> "LRScheduler":
    """The authors' warm-up: from the first step on linearly up to lr in warmup_epochs.

    As a scheduler it is the same mathematics, and the rate can be seen.
    """
    from torch.optim.lr_scheduler import LambdaLR

    epochs = int(hyperparameters.get("warmup_epochs", DEFAULT_WARMUP_EPOCHS))
    steps = max(1, epochs * steps_per_epoch)
    return LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / steps))


METHOD = Method(
    code="SF",
    name="Schedule-Free AdamW",
    family="Catalogue",
    order=122,
    scheduler=scheduler,
    search=lambda epochs, steps_per_epoch: (
        Param("warmup_epochs", 0, max(1, epochs // 10), step=1),
    ),
    settings={"warmup_epochs": WARMUP_EPOCHS},
    defaults={"warmup_epochs": DEFAULT_WARMUP_EPOCHS},
    per_batch=True,
    budget_free=lambda hyperparameters: True,
    optimizer=optimizer,
    averaged=True,
)
