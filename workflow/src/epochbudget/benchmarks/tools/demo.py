"""Problems at the default run's sizes."""

from pathlib import Path
from typing import Any

from epochbudget import registry
from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.training.device import prepare


def demo_problem(label: str, folder: Path, device: str) -> Any:
    """The problem of a model of the default run.

    Args:
        label: Label of the model.
        folder: Where its data are made.
        device: Where it is to stand.
    """
    experiment = Experiment(load({}))
    pair = experiment.pair(label, "H")
    dataset = registry.datasets()[pair.task.dataset]
    path = folder / f"{dataset.name}{dataset.suffix}"
    dataset.write(experiment.data_spec(dataset.name), path)
    return pair.task.problem(experiment.task_spec(pair)["settings"], path, prepare(device))
