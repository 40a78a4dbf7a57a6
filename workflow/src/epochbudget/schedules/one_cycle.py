"""OneCycleLR that survives its own end."""

from torch import Tensor
from torch.optim.lr_scheduler import OneCycleLR


class HeldOneCycleLR(OneCycleLR):
    """torch's OneCycleLR, held at its last rate and momentum after `total_steps` steps.

    torch's class moves away from its minimum in the step after the last and raises in the next.
    """

    def get_lr(self) -> list[float | Tensor]:
        """The rate of each parameter group in step `last_epoch`."""
        if self.last_epoch >= self.total_steps:
            return [group["lr"] for group in self.optimizer.param_groups]
        return super().get_lr()
