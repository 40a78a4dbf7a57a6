"""The hyperbola that both hyperbolic schedules follow, and what they share around it."""

import math

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from epochbudget.errors import UserError


def hyperbola(epoch: float, max_iter: float, upper_bound: float) -> float:
    """h(n) = sqrt((N-n)/U (2 - (N+n)/U)), which falls from at most 1 to h(N) = 0.

    Differences h(n) - h(0) in the first epochs depend on N only weakly when U is larger, which is
    what makes the schedules insensitive to the budget (arXiv 2407.15200).

    Args:
        epoch: n, from 0 to `max_iter`.
        max_iter: N, the number of epochs.
        upper_bound: U >= N, in epochs.
    """
    return math.sqrt((max_iter - epoch) / upper_bound * (2.0 - (max_iter + epoch) / upper_bound))


class HyperbolaSchedule(LRScheduler):
    """Base of HyperbolicLR and ExpHyperbolicLR, stepped once an epoch.

    In epoch n (from 0), after w epochs of warm-up, each parameter group uses
    `decayed(its base lr, h(n-w) - h(0))` with the budget N-w in h. Beyond the budget the rate
    stays at its value for n = N.

    The reference implementation sets its linear warm-up only in `step()`, so epoch 0 trains at the
    full rate; that is kept unless `ramp_from_start`.

    Args:
        optimizer: Its groups' learning rates are where the schedule starts.
        upper_bound: U, in epochs; at least `max_iter`.
        max_iter: N, the whole budget in epochs, warm-up included.
        infimum_lr: The rate that is approached when `max_iter` reaches `upper_bound`; below the
            rate of every group.
        warmup_epochs: w, in epochs; below `max_iter`.
        ramp_from_start: Start the warm-up at `infimum_lr` in epoch 0.
        last_epoch: Index of the last epoch, as in torch; -1 starts anew.

    Raises:
        UserError: If an argument is out of these bounds.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        upper_bound: float,
        max_iter: int,
        infimum_lr: float,
        warmup_epochs: int = 0,
        ramp_from_start: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if upper_bound < max_iter:
            raise UserError(
                f"upper_bound is {upper_bound}, below the budget of {max_iter} epochs",
                f"give an upper_bound of at least {max_iter}",
            )
        if not 0 <= warmup_epochs < max_iter:
            raise UserError(
                f"warmup_epochs is {warmup_epochs}, the budget {max_iter} epochs",
                "the warm-up takes at least 0 epochs and must end before the budget does",
            )
        lowest = min(
            float(group.get("initial_lr", group["lr"])) for group in optimizer.param_groups
        )
        if not 0 <= infimum_lr < lowest:
            raise UserError(
                f"infimum_lr is {infimum_lr}, the learning rate {lowest}",
                "infimum_lr must not be negative and must lie below the learning rate",
            )
        self.upper_bound = upper_bound
        self.max_iter = max_iter
        self.infimum_lr = infimum_lr
        self.warmup_epochs = warmup_epochs
        self.ramp_from_start = ramp_from_start
        super().__init__(optimizer, last_epoch)

    def decayed(self, base_lr: float | Tensor, change: float) -> float | Tensor:
        """The rate after the hyperbola has changed by `change`, from 0 down to -h(0) >= -1."""
        raise NotImplementedError

    def get_lr(self) -> list[float | Tensor]:
        """The rate of each parameter group in epoch `last_epoch`."""
        epoch, warmup = self.last_epoch, self.warmup_epochs
        if 0 < epoch < warmup or (epoch == 0 < warmup and self.ramp_from_start):
            return [
                self.infimum_lr + (base_lr - self.infimum_lr) * epoch / warmup
                for base_lr in self.base_lrs
            ]
        budget = self.max_iter - warmup
        age = min(max(epoch - warmup, 0), budget)
        change = hyperbola(age, budget, self.upper_bound) - hyperbola(0, budget, self.upper_bound)
        return [self.decayed(base_lr, change) for base_lr in self.base_lrs]
