"""The models of the schedule benchmark: sizes, initialisation, settings."""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn

from epochbudget import registry
from epochbudget.digest import modules_of
from epochbudget.models.mobilenet_v2 import mobilenet_v2
from epochbudget.models.resnet_cifar import resnet_cifar
from epochbudget.models.vgg16_bn import vgg16_bn
from epochbudget.torchvision_compat import load_torchvision
from task_samples import build, write_images

SECTIONS = ("ResNet20", "ResNet56", "MobileNetV2", "VGG16BN")


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def layers(model: nn.Module) -> int:
    """Convolutions and linear layers, without those of shortcuts."""
    return sum(
        isinstance(layer, nn.Conv2d | nn.Linear) and "downsample" not in name
        for name, layer in model.named_modules()
    )


@pytest.mark.parametrize(
    ("depth", "classes", "millions"), [(20, 10, 0.27), (56, 100, 0.86), (56, 10, 0.86)]
)
def test_resnets_have_the_published_size(depth: int, classes: int, millions: float) -> None:
    """Conv weights 9 c c', two numbers a channel of a batch norm, and the linear layer."""
    n = (depth - 2) // 6
    expected = 9 * 3 * 16 + 2 * 16 + 2 * n * (9 * 16 * 16 + 2 * 16)
    for before, after in ((16, 32), (32, 64)):
        expected += 9 * before * after + (2 * n - 1) * 9 * after * after + 2 * n * 2 * after
        expected += before * after + 2 * after  # the shortcut
    expected += (64 + 1) * classes
    model = resnet_cifar(classes, depth)
    assert count(model) == expected
    assert round(expected / 1e6, 2) == millions
    assert layers(model) == depth


def test_mobilenet_has_torchvisions_parameters() -> None:
    theirs = load_torchvision().models.mobilenet_v2(num_classes=10)
    ours = mobilenet_v2(10)
    assert count(ours) == count(theirs) == 2_236_682
    names = [(name, p.shape) for name, p in ours.named_parameters()]
    assert names == [(name, p.shape) for name, p in theirs.named_parameters()]


def test_vgg_has_thirteen_convolutions_and_one_linear_layer() -> None:
    """VGG-16's convolutions (arXiv 1409.1556, configuration D) with batch norm."""
    channels = [3, 64, 64, 128, 128, 256, 256, 256, *[512] * 6]
    expected = sum((9 * a + 1 + 2) * b for a, b in pairwise(channels))
    assert count(vgg16_bn(10)) == expected + 513 * 10 == 14_728_266
    assert layers(vgg16_bn(100)) == 14


@pytest.mark.parametrize(("model", "pixels"), [(resnet_cifar, 8), (mobilenet_v2, 4), (vgg16_bn, 1)])
def test_last_features_of_small_images(model, pixels: int) -> None:
    network, sizes = model(7).eval(), []
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_hook(lambda _, __, out: sizes.append(out.shape[-1]))
    with torch.no_grad():
        assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 7)
    assert sizes[0] == 32
    assert sizes[-1] == (2 if model is vgg16_bn else pixels)  # a pool follows


@pytest.mark.parametrize("model", [resnet_cifar, mobilenet_v2, vgg16_bn])
def test_weights_are_kaiming_normal(model) -> None:
    torch.manual_seed(0)
    for layer in model(10).modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in = layer.weight[0].numel()
            if layer.weight.numel() > 4000:
                spread = layer.weight.std().item() * (fan_in / 2) ** 0.5
                assert spread == pytest.approx(1, abs=0.05)
            assert layer.bias is None or not layer.bias.any()
        if isinstance(layer, nn.BatchNorm2d):
            assert (layer.weight == 1).all()


def test_settings_are_the_benchmarks() -> None:
    for section in SECTIONS:
        settings = registry.tasks()[f"FMNIST_{section}"].settings()
        found = settings.model_dump()
        expected = {"lr": 0.1, "batch_size": 128, "augment": True, "label_smoothing": 0.0}
        assert found.items() >= {**expected, "subset_ratio": 1.0}.items()


def test_fashion_mnist_is_mirrored_and_normalised_by_its_own_pixels(tmp_path: Path) -> None:
    problem = build("FMNIST_ResNet20", write_images(tmp_path / "images.npz"), batch_size=8)
    assert problem.flips
    assert problem.mean.flatten().tolist() == pytest.approx([0.2860] * 3)
    assert problem.std.flatten().tolist() == pytest.approx([0.3530] * 3)
    loss, accuracy = problem.validate(problem.model())
    assert torch.isfinite(loss) and 0 <= accuracy <= 1


def test_the_digest_of_a_task_knows_its_own_model_alone() -> None:
    covered = modules_of(registry.tasks()["CIFAR10_ResNet20"].problem.__module__)
    assert "epochbudget.models.resnet_cifar" in covered
    assert "epochbudget.models.mobilenet_v2" not in covered
    assert "epochbudget.models.layers.kaiming" in covered
