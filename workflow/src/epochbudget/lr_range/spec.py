"""What the range test of a model depends on. Snakemake imports this module each time."""

from typing import Any

from epochbudget.digest import code_digest
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment, Pair
from epochbudget.training.run import SGD, TRAINING


def pair_of(experiment: Experiment, label: str) -> Pair:
    """A pair of the model, whose task and optimizer are tested.

    Raises:
        UserError: If the configuration has no such model.
    """
    found = [pair for pair in experiment.pairs if pair.label == label]
    if not found:
        raise UserError(
            f"--model is {label!r}, allowed are {', '.join(experiment.labels)}",
            "the configuration's models; name another one with --configfile",
        )
    return found[0]


def range_spec(experiment: Experiment, label: str, **given: Any) -> dict[str, Any]:
    """What a model's range test depends on.

    Args:
        experiment: Says which rates (`study.lr`) and which seed (its first).
        label: The model.
        given: `low`, `high`, `epochs`, `seed` instead of these; None for none.
    """
    pair = pair_of(experiment, label)
    bounds = experiment.config.study.lr
    sgd = experiment.config.sgd.model_dump() if pair.optimizer == SGD else {}
    usual = {"low": bounds.low, "high": bounds.high, "epochs": None, "seed": experiment.seeds[0]}
    return {
        "run": experiment.run,
        "label": label,
        "task": experiment.task_spec(pair),
        "optimizer": pair.optimizer,
        "sgd": sgd,
        **usual,
        **{name: value for name, value in given.items() if value is not None},
    }


def range_code(experiment: Experiment, label: str) -> str:
    """Digest of the code of a model's range test, its figure included."""
    own = ("steps", "suggestion", "picture")
    modules = [f"epochbudget.lr_range.{name}" for name in own]
    return code_digest(*modules, *TRAINING, pair_of(experiment, label).task.problem.__module__)
