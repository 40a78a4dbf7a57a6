"""HyperbolicLR (arXiv 2407.15200)."""

from torch import Tensor

from epochbudget.schedules.hyperbola import HyperbolaSchedule


class HyperbolicLR(HyperbolaSchedule):
    """Learning rate that follows the hyperbola itself; arguments as in `HyperbolaSchedule`.

    lr(n) = eta_0 + (eta_0 - eta_inf) (h(n) - h(0)), which ends at eta_0 - (eta_0 - eta_inf) h(0):
    at eta_inf when the budget is the upper bound, above it otherwise.
    """

    def decayed(self, base_lr: float | Tensor, change: float) -> float | Tensor:
        """See `HyperbolaSchedule.decayed`."""
        return base_lr + (base_lr - self.infimum_lr) * change
