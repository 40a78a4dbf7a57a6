"""Image models: their input and their steps at the paper's sizes."""

from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from torch import Tensor, nn


def measure() -> list[Row]:
    """Batched augmentation beside image by image; networks beside their plain forms."""
    return [_input(), *_networks()]


def _input() -> Row:
    """5,000 images of 32x32 in batches of 128."""
    import torch

    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.tasks.problems.images import (
        LOOKS,
        crop_and_flip,
        crop_and_flip_reference,
        draw,
        normalise,
    )

    count = 5000
    images = torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8)
    drawn = draw(count, flips=True, generator=torch.Generator().manual_seed(1))
    looks = LOOKS["cifar10"]
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (looks.mean, looks.std))

    def batches() -> "list[list[Tensor]]":
        parts = [torch.split(tensor, 128) for tensor in (images, *drawn)]
        return [list(batch) for batch in zip(*parts, strict=True)]

    def reference() -> "Tensor":
        plain = [crop_and_flip_reference(*batch) for batch in batches()]
        return torch.cat(
            [torch.stack([normalise(image, mean, std) for image in batch]) for batch in plain]
        )

    def fast() -> "Tensor":
        return torch.cat([normalise(crop_and_flip(*batch), mean, std) for batch in batches()])

    return compare("input of 5,000 images", "batched crop, flip, normalise", reference, fast)


def _networks() -> list[Row]:
    import torch
    from torch.nn.functional import cross_entropy

    from epochbudget.benchmarks.tools.steps import compare_steps, paper_settings
    from epochbudget.models.cnn import SimpleCNN, SimpleCNNReference
    from epochbudget.models.resnet import resnet, resnet_reference
    from epochbudget.models.vit import ViT, ViTReference
    from epochbudget.tasks.problems.images import in_channels_last

    plain = torch.randn(128, 3, 32, 32)
    innermost = plain.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (128,))

    def row(model: str, path: str, forms: "tuple[nn.Module, nn.Module]", repeats: int) -> Row:
        reference, fast = forms
        channels_last = "channels_last" in path
        if channels_last:
            in_channels_last(fast)

        def loss(network: "nn.Module") -> "Tensor":
            images = innermost if channels_last and network is fast else plain
            return cross_entropy(network(images), labels)

        return compare_steps(model, f"{path}, fused AdamW", reference, fast, loss, repeats)

    c, r, v = (paper_settings(section) for section in ("CNN", "ResNet", "ViT"))
    cnn = (10, c.channels, c.blocks, c.hidden)
    vit = (10, 32, v.patch, v.dim, v.depth, v.heads, v.mlp_ratio)
    simple = SimpleCNNReference(*cnn), SimpleCNN(*cnn)
    residual = resnet_reference(10, r.depth), resnet(10, r.depth)
    transformer = ViTReference(*vit), ViT(*vit)
    return [
        row("CIFAR10_CNN", "channels_last, slices, ReLU after the pool", simple, 5),
        row("CIFAR10_ResNet", "channels_last, 4x4 pixels as products", residual, 3),
        row("CIFAR10_ViT", "batch-first attention, one token at last", transformer, 3),
    ]


BENCHMARK = Benchmark("images", 4, measure)
