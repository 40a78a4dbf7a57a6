"""Importances of hyperparameters by Optuna's fANOVA."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from epochbudget.figures.trials import Trial

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

SEED = 42
"""Seed of the random forest, so that the same trials give the same figure."""


def importances(trials: Sequence[Trial]) -> dict[str, float]:
    """Share of each hyperparameter in the variance of log10(value) over the range tried.

    Args:
        trials: Finished trials of one study; their values are positive.

    Returns:
        By name, summing to 1; nothing if all values are equal.
    """
    if len({trial.value for trial in trials}) < 2:
        return {}
    import optuna  # slow to import, and not needed where all studies have too few trials

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ranges = {
        name: _range([trial.parameters[name] for trial in trials]) for name in trials[0].parameters
    }
    study = optuna.create_study()
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=trial.parameters, distributions=ranges, value=math.log10(trial.value or 1.0)
            )
            for trial in trials
        ]
    )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=SEED)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(found[name]) for name in ranges}


def _range(values: Sequence[float]) -> "BaseDistribution":
    """The range tried; logarithmic where it spans decades, as the searches of rates do."""
    from optuna.distributions import FloatDistribution

    low, high = min(values), max(values)
    return FloatDistribution(low, high, log=low > 0 and high > 10 * low)
