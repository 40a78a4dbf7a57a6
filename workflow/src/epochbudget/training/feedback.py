"""Runs whose schedule looks at the validation loss."""

from typing import Any

from epochbudget.training.loop import EpochResult, Trainer


class FeedbackTrainer(Trainer):
    """A run whose scheduler is told the validation loss of every epoch, as torch's plateau is."""

    scheduler: Any

    def train_epoch(self) -> EpochResult:
        """Train for one epoch, validate, then step the schedule."""
        result = super().train_epoch()
        if result.finite:
            self.scheduler.step(result.val_loss)
        return result

    def after_epoch(self) -> None:
        """Nothing: the loss comes with the result."""
