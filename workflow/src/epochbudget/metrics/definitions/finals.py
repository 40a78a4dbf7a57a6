"""Final values: what the curves end with."""

from collections.abc import Mapping

from epochbudget.curves import Curve, Quantity, complete

FINAL: Mapping[Quantity, str] = {"loss": "final_val_loss", "accuracy": "final_accuracy"}
"""Published identifier of the final value of a quantity."""


def finals(curves: Mapping[int, Curve]) -> dict[int, float]:
    """Value at the last epoch by budget, of the curves that reach it."""
    return {budget: float(curve[-1]) for budget, curve in complete(curves).items()}
