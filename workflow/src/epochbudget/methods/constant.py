"""N: no schedule."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="N",
    name="Constant",
    family="Traditional",
    order=1,
    scheduler=None,
    budget_free=lambda hyperparameters: True,
    default_lr_factor=0.1,
)
