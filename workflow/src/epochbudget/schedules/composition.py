"""Schedules composed of others: one after the other, or multiplied.

The rates are those of torch's SequentialLR and ChainedScheduler, computed in advance: so parts that
step with every batch and parts that step once an epoch go together, and any part can be chained,
which in torch only those can that multiply the last rate. Only the rate is composed: a cyclic part
leaves the momentum alone.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from epochbudget.errors import UserError
from epochbudget.methods.base import Hyperparameters
from epochbudget.methods.milestones import Part, ends, is_budget_free
from epochbudget.schedules.plugin import FunctionLR
from epochbudget.schedules.rates import learning_rates


def scheduler(
    key: str,
    parts: Sequence[Part],
    milestones: Sequence[float] | None,
    per_batch: bool,
    optimizer: Optimizer,
    hyperparameters: Hyperparameters,
    budget: int,
    steps_per_epoch: int,
) -> LRScheduler:
    """The scheduler of a composition.

    Args:
        key: What messages call it.
        parts: What it is composed of.
        milestones: Where each part but the first begins, see `ends`; None multiplies the parts.
        per_batch: Whether it steps after every batch.
        optimizer: Its rates are set.
        hyperparameters: Those of the composition: lr, and infimum_lr for parts without their own.
        budget: Epochs of the run.
        steps_per_epoch: Optimizer steps in each epoch.

    Raises:
        UserError: If a part refuses its hyperparameters, or milestones descend at this budget.
    """
    steps = steps_per_epoch if per_batch else 1
    # A run to a longer budget goes on where a budget-free one has ended, with its next rate.
    epochs = budget + is_budget_free(parts, milestones, hyperparameters)

    def rates(part: Part, length: int) -> list[float]:
        """Its rates by step of the composition."""
        method, given = part
        own = {**hyperparameters, **method.defaults, **given}
        try:
            return learning_rates(method, own, length, steps)
        except UserError as error:
            raise UserError(f"{key}: {method.code}: {error.message}", error.hint) from error

    if milestones is None:
        lr = hyperparameters["lr"]
        table = [lr] * (epochs * steps)
        for part in parts:
            table = [a * (b / lr) for a, b in zip(table, rates(part, epochs), strict=True)]
    else:
        bounds = pairwise([0, *ends(key, milestones, epochs)])
        lengths = [end - start for start, end in bounds]
        table = [r for p, n in zip(parts, lengths, strict=True) if n > 0 for r in rates(p, n)]
    last = epochs * steps - 1
    return FunctionLR(optimizer, lambda step: table[min(step, last)])
