"""The digits that the published tables print, and when a value is the published one."""

PRINTED = {
    "final_val_loss": ".5g",
    "slcd": ".3g",
    "final_accuracy": ".4f",
    "accuracy_gain_mean": ".4f",
    "accuracy_gain_std": ".4f",
    "percent_improvement_mean": ".2f",
    "percent_improvement_std": ".2f",
    "early_lr_area_difference_percent": ".2f",
} | {f"power_regression_{name}": ".4f" for name in ("A", "B", "R2", "adjR2", "p")}
"""Quantity -> how its table prints it: significant digits (g) or decimals (f)."""


def printed(quantity: str, value: float) -> str:
    """`value` as the table of its quantity would print it."""
    return format(value, PRINTED[quantity])


def matches(quantity: str, value: float, published: str) -> bool:
    """Whether `value`, rounded to the digits that its table prints, is the published one."""
    return float(printed(quantity, value)) == float(published)
