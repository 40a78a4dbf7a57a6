"""MobileNetV2 for 32x32 images (labels *_MobileNetV2)."""

from torch import nn

from epochbudget.models.layers.kaiming import kaiming_normal

BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 1),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""(expansion, channels, repeats, stride) of the inverted residuals: arXiv 1801.04381, table 2, but
for its second row, which has stride 2 there."""


def mobilenet_v2(classes: int = 10) -> nn.Module:
    """Torchvision's MobileNetV2, its stem and its second group of blocks with stride 1.

    So the last blocks see 4x4 of 32x32 pixels, not 1x1. Strides have no parameters: there are as
    many as in torchvision's (2.24 M for 10 classes). Dropout before the classifier is 0.2 as well.

    Args:
        classes: Number of classes.

    Returns:
        A module that maps images (B, 3, 32, 32) to class scores (B, classes).
    """
    from epochbudget.torchvision_compat import load_torchvision

    blocks = [list(row) for row in BLOCKS]
    network: nn.Module = load_torchvision().models.MobileNetV2(classes, 1.0, blocks)
    stem = network.get_submodule("features.0.0")
    assert isinstance(stem, nn.Conv2d)
    stem.stride = (1, 1)
    return kaiming_normal(network)
