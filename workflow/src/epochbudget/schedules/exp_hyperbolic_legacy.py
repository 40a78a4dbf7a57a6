"""ExpHyperbolicLR as the authors' code had it until 2024-07-24."""

from epochbudget.schedules.exp_hyperbolic import ExpHyperbolicLR


class LegacyExpHyperbolicLR(ExpHyperbolicLR):
    """ExpHyperbolicLR whose every step also steps the optimizer; arguments as there.

    The extra step comes after an epoch's validation, at the next epoch's rate, with the gradients
    of the epoch's last batch. The published EH curves of LSTM and CNN were probably made so.
    """

    def step(self, epoch: int | None = None) -> None:
        """Set the next epoch's rate, then move the weights once more."""
        super().step(epoch)
        if self.last_epoch > 0:  # torch's constructor takes step 0
            self.optimizer.step()
