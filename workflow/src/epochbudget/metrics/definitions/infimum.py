"""The infimum rate with which a longer run ends where a shorter one did."""


def adjusted_infimum(
    lr: float,
    infimum_lr: float,
    final_lr: float,
    budget: float,
    upper_bound: float,
    weights: tuple[float, float],
) -> float:
    """Infimum rate adjusted to the rate that a run of `budget` epochs should end with.

    With weights (m, n): the mean, in logarithms, of the line from lr through final_lr extended to
    upper_bound (weight m) and of the infimum itself (weight n).
    """
    m, n = weights
    fraction = upper_bound / budget
    extended_over_lr = (final_lr / lr) ** fraction
    return float((lr * extended_over_lr) ** (m / (m + n)) * infimum_lr ** (n / (m + n)))
