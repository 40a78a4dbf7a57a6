"""ResNet-56 on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.tasks.base import Problem
from epochbudget.tasks.benchmark_tasks import BenchmarkSettings, benchmark_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class ResNet56Settings(BenchmarkSettings):
    """ResNet-56 for small images."""


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.resnet_cifar import resnet_cifar
        from epochbudget.tasks.problems.benchmark_images import image_problem

        chosen = ResNet56Settings.model_validate(settings)
        return image_problem(
            dataset, path, lambda classes: resnet_cifar(classes, 56), chosen, device
        )

    return build


TASKS = benchmark_tasks("ResNet56", ResNet56Settings, problem)
