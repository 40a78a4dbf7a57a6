"""Image problems of the schedule benchmark, on Fashion-MNIST too.

Not in `images`, whose code the keys of finished runs know.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from epochbudget.tasks.image_tasks import ImageSettings
from epochbudget.tasks.problems import images
from epochbudget.tasks.problems.images import ImageProblem, Looks

# Mean and standard deviation of the pixels as they come, 28x28 and grey.
images.LOOKS["fmnist"] = Looks((0.2860,) * 3, (0.3530,) * 3)


def image_problem(
    dataset: str,
    path: Path,
    build: Callable[[int], nn.Module],
    settings: ImageSettings,
    device: torch.device,
) -> ImageProblem:
    """As `images.image_problem`, with the channels innermost in memory."""
    return images.image_problem(dataset, path, build, settings, device, channels_last=True)
