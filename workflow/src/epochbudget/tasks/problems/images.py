"""Image classification with images resident as bytes and augmentation in batches."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional

from epochbudget.data.generators.read import read_images
from epochbudget.tasks.image_tasks import ImageSettings
from epochbudget.tasks.problems.resident import Model, ResidentProblem
from epochbudget.tasks.problems.splits import permutation, share

PADDING = 4
"""Black pixels on every side before the random crop."""


@dataclass(frozen=True)
class Looks:
    """What depends on the data set.

    Attributes:
        mean: Mean of each channel, for values in 0..1.
        std: Standard deviation of each channel.
        flips: Whether a mirrored image keeps its meaning.
    """

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    flips: bool = True


_CIFAR10 = Looks((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
LOOKS = {
    "cifar10": _CIFAR10,
    "cifar100": Looks((0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)),
    "folder": _CIFAR10,
    # Plain scaling to -1..1; a mirrored digit is no digit.
    "digits": Looks((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), flips=False),
}


def draw(count: int, flips: bool, generator: Generator) -> tuple[Tensor, ...]:
    """Draw the augmentation of `count` images: first all offsets, then all flips.

    Returns:
        (corners of the crops in the padded images (count, 2), int64, rows first; if `flips`,
        whether to mirror each image (count,), bool; else nothing more is drawn).
    """
    offsets = torch.randint(0, 2 * PADDING + 1, (count, 2), generator=generator)
    if not flips:
        return (offsets,)
    return offsets, torch.randint(0, 2, (count,), generator=generator).bool()


def crop_and_flip(images: Tensor, offsets: Tensor, mirrored: Tensor | None = None) -> Tensor:
    """Crop `images` (B, C, H, W) out of their zero-padded selves and mirror some, in one gather.

    Padding comes before the normalisation, so that the border is black.
    """
    count, channels, height, width = images.shape
    padded = functional.pad(images, (PADDING,) * 4)
    rows = offsets[:, :1] + torch.arange(height, device=images.device)
    columns = torch.arange(width, device=images.device).expand(count, -1)
    if mirrored is not None:
        columns = torch.where(mirrored.unsqueeze(1), width - 1 - columns, columns)
    columns = columns + offsets[:, 1:]
    pixels = rows.unsqueeze(2) * padded.shape[3] + columns.unsqueeze(1)
    index = pixels.view(count, 1, height * width).expand(-1, channels, -1)
    return padded.flatten(2).gather(2, index).view(images.shape)


def crop_and_flip_reference(
    images: Tensor, offsets: Tensor, mirrored: Tensor | None = None
) -> Tensor:
    """The plain form of `crop_and_flip`: image by image, a slice of a padded image."""
    height, width = images.shape[2:]
    results = []
    for number, image in enumerate(images):
        padded = functional.pad(image, (PADDING,) * 4)
        top, left = offsets[number].tolist()
        crop = padded[:, top : top + height, left : left + width]
        results.append(crop.flip(2) if mirrored is not None and mirrored[number] else crop)
    return torch.stack(results)


def normalise(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Bytes (B, C, H, W) as floats with the statistics `mean` and `std` (C, 1, 1) taken out."""
    return images.to(mean.dtype).div_(255).sub_(mean).div_(std)


def in_channels_last(network: nn.Module) -> nn.Module:
    """Lay the weights of convolutions out with the channels innermost, in place."""
    # The stubs of `Module.to` lack this keyword.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


@dataclass(frozen=True)
class LabelledImages:
    """Images (N, 3, H, W), uint8, and their labels (N,), int64, on the device."""

    images: Tensor
    labels: Tensor


class ImageProblem(ResidentProblem):
    """Images, a model and cross entropy; the same loss trains and validates.

    Args:
        build: Makes a model on the CPU.
        train: Training images.
        validation: Validation images, which are never augmented.
        looks: Normalisation, and whether images may be mirrored.
        settings: Augmentation, label smoothing and batch size.
        device: Where everything stands.
        channels_last: Whether model and images keep the channels innermost in memory, which makes
            convolutions faster and changes their results by rounding only.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        train: LabelledImages,
        validation: LabelledImages,
        looks: Looks,
        settings: ImageSettings,
        device: torch.device,
        channels_last: bool = False,
    ) -> None:
        size = settings.batch_size
        super().__init__(build, len(train.labels), len(validation.labels), size, device)
        self.train = train
        self.validation = validation
        self.mean, self.std = (
            torch.tensor(values, device=device).view(-1, 1, 1) for values in (looks.mean, looks.std)
        )
        self.augment = settings.augment
        self.flips = looks.flips
        self.label_smoothing = settings.label_smoothing
        self.channels_last = channels_last

    def model(self) -> nn.Module:
        """A freshly initialised model on the device, in the chosen memory layout."""
        network = super().model()
        return in_channels_last(network) if self.channels_last else network

    def epoch(self, order: Tensor, augmentation: Generator) -> tuple[Tensor, ...]:
        """The order, and if images are augmented, the corners of crops and what is mirrored."""
        drawn = draw(len(order), self.flips, augmentation) if self.augment else ()
        return tuple(tensor.to(self.device) for tensor in (order, *drawn))

    def train_loss(self, model: Model, *batch: Tensor) -> Tensor:
        """Mean loss of the training images (B,) of the batch, augmented as drawn."""
        index, *drawn = batch
        images = self.train.images[index]
        if drawn:
            images = crop_and_flip(images, *drawn)
        return self._loss(self._scores(model, images), self.train.labels[index])

    def validation_scores(self, model: Model, rows: slice) -> tuple[Tensor, Tensor]:
        """(losses (n,), whether each answer is correct (n,)) of the validation images `rows`."""
        scores = self._scores(model, self.validation.images[rows])
        labels = self.validation.labels[rows]
        return self._loss(scores, labels, reduction="none"), scores.argmax(dim=1) == labels

    def _scores(self, model: Model, images: Tensor) -> Tensor:
        inputs = normalise(images, self.mean, self.std)
        if self.channels_last:
            # As `contiguous(memory_format=torch.channels_last)`, which vmap does not know.
            inputs = inputs.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        return model(inputs)

    def _loss(self, scores: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
        smoothing = self.label_smoothing
        return functional.cross_entropy(
            scores, labels, label_smoothing=smoothing, reduction=reduction
        )


def image_problem(
    dataset: str,
    path: Path,
    build: Callable[[int], nn.Module],
    settings: ImageSettings,
    device: torch.device,
    channels_last: bool = False,
) -> ImageProblem:
    """The problem on the images of `path`, or on a random share of them.

    Args:
        dataset: Name of the data set, a key of `LOOKS`.
        path: Its file.
        build: Makes the model from the number of classes.
        settings: Augmentation, label smoothing, batch size, and which images are used.
        device: Where everything stands.
        channels_last: See `ImageProblem`.

    Raises:
        UserError: If the file is unreadable.
    """
    stored = read_images(path)
    classes = stored.classes  # alone, so that the problem does not keep all images alive

    def part(name: str, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> LabelledImages:
        if settings.subset_ratio < 1:
            order = permutation(len(labels), settings.split_seed, f"subset/{name}")
            rows = share(order, settings.subset_ratio).numpy()
            images, labels = images[rows], labels[rows]
        return LabelledImages(
            torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device)
        )

    return ImageProblem(
        lambda: build(classes),
        part("train", stored.train_images, stored.train_labels),
        part("validation", stored.test_images, stored.test_labels),
        LOOKS[dataset],
        settings,
        device,
        channels_last,
    )
