"""Where the parts of a composed schedule begin and end."""

from collections.abc import Mapping, Sequence
from math import floor

from epochbudget.errors import UserError
from epochbudget.methods.base import Hyperparameters, Method

Part = tuple[Method, Hyperparameters]
"""A method and what is given of its hyperparameters."""


def ends(key: str, milestones: Sequence[float], budget: int) -> list[int]:
    """The epoch before which each part ends.

    Args:
        key: What a message calls the composition.
        milestones: Below 1 a share of the budget, half an epoch rounded up; else epochs.
        budget: Epochs of the run; the last part ends with it. A part that would begin after it is
            left out, one that would end after it is cut off.

    Raises:
        UserError: If a part would end before it begins.
    """
    found = [floor(m * budget + 0.5) if m < 1 else int(m) for m in milestones]
    if found != sorted(found):
        raise UserError(
            f"{key}.milestones: found {list(milestones)}, at a budget of {budget} the epochs "
            f"{found}, allowed are epochs that do not descend",
            "give all of them as shares of the budget, or all as epochs",
        )
    return [*found, max(budget, *found)] if found else [budget]


def is_budget_free(
    parts: Sequence[Part], milestones: Sequence[float] | None, given: Mapping[str, float]
) -> bool:
    """Whether the rates are independent of the budget."""
    free = [method.budget_free({**given, **method.defaults, **own}) for method, own in parts]
    return all(free) if milestones is None else free[-1] and all(m >= 1 for m in milestones)
