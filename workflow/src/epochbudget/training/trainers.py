"""What trains a run: the class that its method asks for, observed or steered if need be."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from epochbudget.training.run import Run, trainer_of

if TYPE_CHECKING:
    from epochbudget.tasks.base import Problem
    from epochbudget.training.loop import Trainer


def trainer(
    run: Run, problem: "Problem", observe: bool = False, dynamics: Mapping[str, Any] | None = None
) -> "Trainer":
    """The trainer of a run, before its first epoch.

    Args:
        run: The run.
        problem: Of its task.
        observe: Whether it is observed between its epochs' ends.
        dynamics: What steers it, if its method is one of LODE's.
    """
    module, name = trainer_of(run.the_method)
    kind = getattr(import_module(module), name)
    if observe:
        from epochbudget.lode.observing import observing

        kind = observing(kind)
    if run.the_method.steering:
        kind = partial(kind, dynamics=dynamics, base=run.base)
    made: Trainer = kind(
        problem, run.the_method, run.optimizer, run.hyperparameters, run.budget, run.seed
    )
    return made
