"""VGG-16 with batch norm for 32x32 images (labels *_VGG16BN)."""

from torch import nn

from epochbudget.models.layers.kaiming import kaiming_normal


def vgg16_bn(classes: int = 10) -> nn.Module:
    """Torchvision's thirteen convolutions, and one linear layer.

    Five max-pools leave one pixel of 512 channels of a 32x32 image, so the two hidden layers of
    4,096 units, made for 7x7 pixels, are left out, as is usual for CIFAR: 14.73 M parameters for 10
    classes.

    Args:
        classes: Number of classes.

    Returns:
        A module that maps images (B, 3, 32, 32) to class scores (B, classes).
    """
    from epochbudget.torchvision_compat import load_torchvision

    vgg = load_torchvision().models.vgg
    features: nn.Module = vgg.make_layers(vgg.cfgs["D"], batch_norm=True)
    return kaiming_normal(nn.Sequential(features, nn.Flatten(), nn.Linear(512, classes)))
