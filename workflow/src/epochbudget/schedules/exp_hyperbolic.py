"""ExpHyperbolicLR (arXiv 2407.15200)."""

from torch import Tensor
from torch.optim import Optimizer

from epochbudget.errors import UserError
from epochbudget.schedules.hyperbola import HyperbolaSchedule


class ExpHyperbolicLR(HyperbolaSchedule):
    """Learning rate whose logarithm follows the hyperbola; arguments as in `HyperbolaSchedule`.

    lr(n) = eta_0 (eta_0 / eta_inf)^(h(n) - h(0)).

    Raises:
        UserError: Also if `infimum_lr` is 0, which has no logarithm.
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
        if infimum_lr <= 0:
            raise UserError(
                f"infimum_lr is {infimum_lr}",
                "ExpHyperbolicLR divides by it, so it must be positive",
            )
        super().__init__(
            optimizer,
            upper_bound,
            max_iter,
            infimum_lr,
            warmup_epochs,
            ramp_from_start,
            last_epoch,
        )

    def decayed(self, base_lr: float | Tensor, change: float) -> float | Tensor:
        """See `HyperbolaSchedule.decayed`."""
        rate: float | Tensor = base_lr * (base_lr / self.infimum_lr) ** change
        return rate
