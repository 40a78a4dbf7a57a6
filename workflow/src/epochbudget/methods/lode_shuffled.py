"""LODE-shuffled: a control, whose latent ODE learns from runs with each other's scores."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="LODE-shuffled",
    name="LODE from shuffled runs",
    family="LODE",
    order=201,
    scheduler=None,
    steering="shuffled",
)
