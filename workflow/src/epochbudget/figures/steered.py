"""What the figures of LODE are drawn from."""

from typing import TYPE_CHECKING

from epochbudget.figures.base import Drawing
from epochbudget.figures.frame import frame
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


def _learnt_from(experiment: "Experiment", pair: "Pair") -> tuple[tuple[str, ...], tuple[str, ...]]:
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


def drawings_of_learnt(experiment: "Experiment", kind: str) -> dict[str, Drawing]:
    """A picture for each model that is trained with LODE, from what it learnt and from what.

    Options: `run` (footer), `label`, `methods`: code -> full name.
    """
    found = {}
    for pair in steered(experiment, "advice"):
        paths, codes = _learnt_from(experiment, pair)
        names = {code: methods()[code].name for code in codes}
        options = {**frame(experiment), "label": pair.label, "methods": names}
        found[f"{kind}_{pair.label}"] = Drawing(paths, options, (pair.label,), codes)
    return found
