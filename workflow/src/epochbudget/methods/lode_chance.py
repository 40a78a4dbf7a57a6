"""LODE-chance: a control, the best earlier schedule changed at random as often as LODE may."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="LODE-chance",
    name="LODE by chance",
    family="LODE",
    order=202,
    scheduler=None,
    steering="chance",
)
