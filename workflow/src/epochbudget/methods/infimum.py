"""The lower end of the schedules that torch provides."""

from epochbudget.errors import UserError
from epochbudget.methods.base import Hyperparameters


def infimum_lr(hyperparameters: Hyperparameters) -> float:
    """The rate that a schedule falls to or, if cyclic, starts from.

    Raises:
        UserError: If it is not below lr, which torch would accept.
    """
    infimum, lr = hyperparameters["infimum_lr"], hyperparameters["lr"]
    if infimum >= lr:
        raise UserError(
            f"infimum_lr is {infimum}, lr {lr}", "give an infimum_lr below the learning rate"
        )
    return infimum
