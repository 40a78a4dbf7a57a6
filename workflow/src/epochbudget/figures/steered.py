"""What the figures of LODE are drawn from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.registry import methods

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment, Pair


def steered(experiment: "Experiment", steering: str = "") -> "tuple[Pair, ...]":
    """Pairs of LODE and its controls that are trained, or of one kind of steering alone."""
    if experiment.mode == "optimize":
        return ()
    return tuple(p for p in experiment.steered if not steering or p.method.steering == steering)


def controls(experiment: "Experiment", label: str) -> "dict[str, Pair]":
    """The steered pairs of a model by what steers them."""
    return {pair.method.steering: pair for pair in steered(experiment) if pair.label == label}


def learnt_from(experiment: "Experiment", pair: "Pair") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a pair has learnt, and from what.

    Returns:
        (the file of what it learnt and those of the earlier runs, one for each method; codes of
        their methods and its own, in the registry's order).
    """
    priors = [prior.code for prior in experiment.priors(pair.label)]
    paths = [experiment.path("prior", label=pair.label, code=code) for code in priors]
    shown = {pair.code, *priors}
    codes = tuple(code for code in methods() if code in shown)
    return (experiment.path("lode", label=pair.label, code=pair.code), *paths), codes


def notes(path: Path, budget: int) -> dict[int, dict[str, Any]]:
    """What was noted of the raw runs of one budget, by seed (`lode.noted`)."""
    from epochbudget.lode.noted import noted

    return {entry["seed"]: entry for entry in noted(path) if entry["budget"] == budget}
