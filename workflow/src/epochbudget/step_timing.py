"""Times a few real training steps of each model: `epochbudget plan --time-steps`."""

import itertools
import logging
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from epochbudget import registry
from epochbudget.data.generators.images import write_images
from epochbudget.data.generators.read import Images
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment, Pair
from epochbudget.step_times import StepTime, pairs_by_model, significant, sizes
from epochbudget.tasks.problems.resident import ResidentProblem
from epochbudget.training.device import prepare
from epochbudget.training.loop import Trainer

log = logging.getLogger(__name__)

BLOCK_S = 0.1
"""Least time between two looks at the clock; a GPU is not made to wait in between."""
SAMPLES = 9
DOWNLOADED = {"cifar10": (50_000, 10), "cifar100": (50_000, 100), "fmnist": (60_000, 10)}
"""Training images and classes of the data sets that are downloaded."""
TEST_IMAGES = 10_000


class SingleSteps(Trainer):
    """A run of which single steps are trained."""

    def batches(self) -> list[tuple[Tensor, ...]]:
        """The batches of an epoch."""
        parts = [torch.split(tensor, self.problem.batch_size) for tensor in self.epoch()]
        return list(zip(*parts, strict=True))

    def step(self, batch: tuple[Tensor, ...]) -> None:
        """Train one step."""
        self._step(*batch)


def measure(experiment: Experiment, seconds: float = 5.0) -> list[StepTime]:
    """Time the configuration's models on its device, one thread on a CPU as in every job.

    Args:
        experiment: What is planned.
        seconds: After how long no more steps, or validations, of a model are timed.

    Raises:
        UserError: If there is no such device, or data cannot be had.
    """
    device = prepare(experiment.config.training.device)
    with tempfile.TemporaryDirectory() as folder:
        data = {name: _data(experiment, name, Path(folder)) for name in experiment.datasets}
        return [
            _measure(experiment, pair, data[pair.task.dataset], device, seconds)
            for pair in pairs_by_model(experiment).values()
        ]


def _measure(
    experiment: Experiment, pair: Pair, data: Path, device: torch.device, seconds: float
) -> StepTime:
    settings = experiment.task_spec(pair)["settings"]
    # Every problem of the package is one; its validation can be timed in part.
    problem = cast(ResidentProblem, pair.task.problem(settings, data, device))
    trainer = SingleSteps(problem, registry.methods()["N"], "AdamW", {"lr": 1e-4}, 1, seed=0)
    batches = trainer.batches()
    endless = itertools.cycle(batches)
    step = _seconds(lambda: trainer.step(next(endless)), device, seconds)
    validation = _validation(problem, trainer.model, device, seconds)
    found = StepTime(
        model=pair.task.label,
        device=_name(device),
        batch_size=problem.batch_size,
        steps=len(batches),
        step_ms=significant(1000 * step),
        validation_ms=significant(1000 * validation),
        settings=sizes(experiment, pair),
    )
    log.info(
        "%s: %d steps of %.3g ms and a validation of %.3g ms, an epoch %.3g s",
        *(found.model, found.steps, found.step_ms, found.validation_ms, found.epoch_s),
    )
    return found


def _validation(
    problem: ResidentProblem, model: nn.Module, device: torch.device, seconds: float
) -> float:
    """Seconds of a validation, from the time of what passes through the model at once."""
    rows = min(problem.validation_size, problem.batch_size * problem.validation_batches)
    model.eval()
    with torch.no_grad():
        part = _seconds(lambda: problem.validation_scores(model, slice(rows)), device, seconds)
    return part * problem.validation_size / rows


def _seconds(work: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Median seconds of a call: one warms up, the next says how many make a block."""

    def timed(calls: int) -> float:
        start = _clock(device)
        for _ in range(calls):
            work()
        return _clock(device) - start

    work()
    first = timed(1)
    samples, spent = [first], first
    calls = max(1, int(BLOCK_S / first))
    while spent < seconds and len(samples) < SAMPLES:
        block = timed(calls)
        samples.append(block / calls)
        spent += block
    return statistics.median(samples)


def _clock(device: torch.device) -> float:
    """Seconds of this process on a CPU, whatever else runs there; wall time of a GPU's work."""
    if device.type == "cpu":
        return time.process_time()
    torch.cuda.synchronize(device)
    return time.perf_counter()


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(device)}"
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"cpu: {models[0] if models else platform.machine()}"


def _data(experiment: Experiment, name: str, folder: Path) -> Path:
    """A file of the data set at the configured size, in `folder` unless it was downloaded.

    What is generated is generated anew, because a file of the run may be of other settings.
    """
    dataset = registry.datasets()[name]
    path = folder / f"{name}{dataset.suffix}"
    if not dataset.local:
        dataset.write(experiment.data_spec(name), path)
        return path
    stored = Path(experiment.path("data", dataset=name))
    if stored.is_file():
        return stored
    if name not in DOWNLOADED:
        raise UserError(f"{stored}: there is no such data file", f"make it: snakemake {stored}")
    log.info("%s is not there: random images stand in for it", stored)
    write_images(path, _random_images(*DOWNLOADED[name]))
    return path


def _random_images(size: int, classes: int) -> Images:
    """As many images as the data set has: a step takes as long, whatever they show."""
    random = np.random.default_rng(0)

    def images(count: int) -> NDArray[np.uint8]:
        return random.integers(0, 256, (count, 3, 32, 32), np.uint8)

    return Images(
        train_images=images(size),
        train_labels=random.integers(0, classes, size),
        test_images=images(TEST_IMAGES),
        test_labels=random.integers(0, classes, TEST_IMAGES),
        classes=classes,
        verified=False,
    )
