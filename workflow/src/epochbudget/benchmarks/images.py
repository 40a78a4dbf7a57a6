"""Image models: their input and their steps at the paper's sizes."""

from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from torch import Tensor, nn


def measure() -> list[Row]:
    """Batched augmentation beside image by image; networks beside their plain forms."""
    return [_input(), *_networks()]


def _input() -> Row:
    """An epoch of 5,000 images, beside what torchvision's data sets do: transforms of PIL images,
    one by one, in a DataLoader; with equal draws.
    """
    import torch
    from PIL import Image
    from torch import Tensor
    from torch.utils.data import DataLoader, Dataset

    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.tasks.problems.images import LOOKS, PADDING, crop_and_flip, draw, normalise
    from epochbudget.torchvision_compat import load_torchvision

    load_torchvision()
    from torchvision.transforms.v2 import functional as transforms

    count, looks = 5000, LOOKS["cifar10"]
    images = torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8)
    pixels = images.permute(0, 2, 3, 1).contiguous().numpy()
    offsets, mirrored = draw(count, flips=True, generator=torch.Generator().manual_seed(1))
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (looks.mean, looks.std))

    class Augmented(Dataset[Tensor]):
        def __len__(self) -> int:
            return count

        def __getitem__(self, i: int) -> Tensor:
            top, left = offsets[i].tolist()
            padded = transforms.pad(Image.fromarray(pixels[i]), [PADDING])
            crop = transforms.crop(padded, top, left, 32, 32)
            turned = transforms.horizontal_flip(crop) if mirrored[i] else crop
            scaled = transforms.to_dtype(transforms.pil_to_tensor(turned), torch.float32, True)
            result: Tensor = transforms.normalize(scaled, list(looks.mean), list(looks.std))
            return result

    def reference() -> Tensor:
        for batch in DataLoader(Augmented(), 128):
            last: Tensor = batch
        return last

    def fast() -> Tensor:
        parts = (torch.split(tensor, 128) for tensor in (images, offsets, mirrored))
        for batch in zip(*parts, strict=True):
            last = normalise(crop_and_flip(*batch), mean, std)
        return last

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

        return compare_steps(model, path, reference, fast, loss, repeats)

    c, r, v = (paper_settings(section) for section in ("CNN", "ResNet", "ViT"))
    cnn = (10, c.channels, c.blocks, c.hidden)
    vit = (10, 32, v.patch, v.dim, v.depth, v.heads, v.mlp_ratio)
    simple = SimpleCNNReference(*cnn), SimpleCNN(*cnn)
    residual = resnet_reference(10, r.depth), resnet(10, r.depth)
    transformer = ViTReference(*vit), ViT(*vit)
    return [
        row("CIFAR10_CNN", "channels_last, slices, pool before ReLU", simple, 5),
        row("CIFAR10_ResNet", "channels_last, 4x4 pixels as products", residual, 2),
        row("CIFAR10_ViT", "batch-first attention", transformer, 3),
    ]


BENCHMARK = Benchmark("images", 3, measure)
