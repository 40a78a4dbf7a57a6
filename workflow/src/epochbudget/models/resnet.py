"""ResNet with the stem for small images (labels *_ResNet)."""

from typing import Literal

from torch import nn

Depth = Literal[18, 34, 50]


def resnet(classes: int = 10, depth: Depth = 18) -> nn.Module:
    """A ResNet of torchvision with a 3x3 stem of stride 1 and no max-pool.

    torchvision's own stem (7x7 of stride 2, then a max-pool) would leave 8x8 of 32x32 pixels. The
    new stem has the default initialisation of `nn.Conv2d`, everything else torchvision's.

    Args:
        classes: Number of classes.
        depth: Layers of the network.

    Returns:
        A module that maps images (B, 3, H, W) to class scores (B, classes).
    """
    from epochbudget.torchvision_compat import load_torchvision

    constructor = getattr(load_torchvision().models, f"resnet{depth}")
    network: nn.Module = constructor(weights=None, num_classes=classes)
    network.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    network.maxpool = nn.Identity()
    return network
