"""VGG-16 with batch norm on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.tasks.base import Problem
from epochbudget.tasks.benchmark_tasks import BenchmarkSettings, benchmark_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class VGG16BNSettings(BenchmarkSettings):
    """VGG-16 with batch norm for small images."""


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.vgg16_bn import vgg16_bn
        from epochbudget.tasks.problems.benchmark_images import image_problem

        chosen = VGG16BNSettings.model_validate(settings)
        return image_problem(dataset, path, vgg16_bn, chosen, device)

    return build


TASKS = benchmark_tasks("VGG16BN", VGG16BNSettings, problem)
