"""LODE-prior: what LODE begins with and has to beat, the best of the earlier schedules."""

from epochbudget.methods.base import Method

METHOD = Method(
    code="LODE-prior",
    name="Best earlier schedule",
    family="LODE",
    order=203,
    scheduler=None,
    steering="nothing",
)
