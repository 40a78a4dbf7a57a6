"""LODE-chance: the schedule that LODE begins with, changed at random as often as LODE changes it: a control."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="LODE-chance",
    name="LODE's base, changed by chance",
    family="Catalogue",
    order=201,
    scheduler=None,
    steering="chance",
)
