"""What each step to the next longer budget brings."""

from collections.abc import Mapping
from itertools import pairwise

from epochbudget.curves import Quantity


def improvements(finals: Mapping[int, float], quantity: Quantity) -> dict[tuple[int, int], float]:
    """Improvement by (budget, next budget).

    Of a loss L: 100 (L_k - L_k+1) / L_k percent, and no entry where L_k is 0; of an accuracy: the
    plain increment.
    """
    steps = {
        (a, b): (finals[a], finals[b])
        for a, b in pairwise(sorted(finals))
        if quantity == "accuracy" or finals[a] != 0
    }
    if quantity == "accuracy":
        return {step: after - before for step, (before, after) in steps.items()}
    return {step: 100 * (before - after) / before for step, (before, after) in steps.items()}
