"""What the models of the schedule benchmark share (MLS-Bench's dl-lr-schedule, arXiv 2605.08678).

Their settings are its protocol; Fashion-MNIST is one of their data sets.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from epochbudget.tasks.base import Task
from epochbudget.tasks.image_tasks import ImageSettings, image_tasks

if TYPE_CHECKING:
    from epochbudget.tasks.image_tasks import Build


class BenchmarkSettings(ImageSettings):
    """Settings of every model of the schedule benchmark."""

    batch_size: int = Field(default=128, ge=1)
    """Images per optimizer step."""
    lr: float = Field(default=0.1, gt=0)
    """Default learning rate, where no study chooses one."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    """Share of the target that is spread over all classes, in training and validation alike."""


def benchmark_tasks(
    model: str, settings: type[ImageSettings], problem_on: "Callable[[str], Build]"
) -> tuple[Task, ...]:
    """`image_tasks`, and one on Fashion-MNIST."""
    fashion = Task(f"FMNIST_{model}", "fmnist", model, settings, True, problem_on("fmnist"))
    return (*image_tasks(model, settings, problem_on), fashion)
