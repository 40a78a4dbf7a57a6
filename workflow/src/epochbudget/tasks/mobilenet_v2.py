"""MobileNetV2 on images."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.tasks.base import Problem
from epochbudget.tasks.benchmark_tasks import BenchmarkSettings, benchmark_tasks

if TYPE_CHECKING:
    from torch import device

    from epochbudget.tasks.image_tasks import Build


class MobileNetV2Settings(BenchmarkSettings):
    """MobileNetV2 for small images."""


def problem(dataset: str) -> "Build":
    """The problem on images of `dataset`: a function of (settings, data file, device)."""

    def build(settings: Mapping[str, Any], path: Path, device: "device") -> Problem:
        from epochbudget.models.mobilenet_v2 import mobilenet_v2
        from epochbudget.tasks.problems.benchmark_images import image_problem

        chosen = MobileNetV2Settings.model_validate(settings)
        return image_problem(dataset, path, mobilenet_v2, chosen, device)

    return build


TASKS = benchmark_tasks("MobileNetV2", MobileNetV2Settings, problem)
