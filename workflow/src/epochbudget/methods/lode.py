"""LODE: a schedule that a latent ODE changes during the run (arXiv 2509.23052)."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="LODE",
    name="LODE",
    family="LODE",
    order=200,
    scheduler=None,
    steering="advice",
)
