"""ResNet with the stem for small images (labels *_ResNet)."""

from typing import Literal

from torch import nn

from epochbudget.models.layers.small_convolution import SmallConvolution

Depth = Literal[18, 34, 50]


def resnet(classes: int = 10, depth: Depth = 18) -> nn.Module:
    """`resnet_reference` with fast convolutions of the 4x4 pixels that its last stage sees."""
    network = resnet_reference(classes, depth)
    for block in network.get_submodule("layer4").children():
        for name, layer in list(block.named_children()):
            if isinstance(layer, nn.Conv2d) and layer.padding == layer.stride == (1, 1):
                setattr(block, name, SmallConvolution(nn.Parameter(layer.weight)))
    return network


def resnet_reference(classes: int = 10, depth: Depth = 18) -> nn.Module:
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
