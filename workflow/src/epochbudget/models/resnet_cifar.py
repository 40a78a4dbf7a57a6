"""ResNets of 6n + 2 layers for 32x32 images (labels *_ResNet20 and *_ResNet56)."""

from typing import Literal

from torch import nn

from epochbudget.models.layers.kaiming import kaiming_normal

CHANNELS = (16, 32, 64)


def resnet_cifar(classes: int = 10, depth: Literal[20, 56] = 20) -> nn.Module:
    """A ResNet of He et al. for CIFAR (arXiv 1512.03385, section 4.2), of torchvision's blocks.

    A 3x3 stem, three stages of (depth - 2) / 6 basic blocks with 16, 32 and 64 channels on 32x32,
    16x16 and 8x8 pixels, and the mean of each channel. Where the size changes the shortcut is a 1x1
    convolution with batch norm (option B): 0.27 M parameters at depth 20, 0.86 M at 56.

    Args:
        classes: Number of classes.
        depth: Layers of the network.

    Returns:
        A module that maps images (B, 3, 32, 32) to class scores (B, classes).
    """
    from epochbudget.torchvision_compat import load_torchvision

    block = load_torchvision().models.resnet.BasicBlock
    before = CHANNELS[0]
    layers: list[nn.Module] = [nn.Conv2d(3, before, 3, padding=1, bias=False)]
    layers += [nn.BatchNorm2d(before), nn.ReLU(inplace=True)]
    for channels in CHANNELS:
        stride, shortcut = 1, None
        if channels != before:
            stride = 2
            projection = nn.Conv2d(before, channels, 1, stride=2, bias=False)
            shortcut = nn.Sequential(projection, nn.BatchNorm2d(channels))
        layers.append(block(before, channels, stride, shortcut))
        layers += [block(channels, channels) for _ in range((depth - 2) // 6 - 1)]
        before = channels
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes)]
    return kaiming_normal(nn.Sequential(*layers))
