"""The image tasks: augmentation, normalisation, subsets and validation."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from epochbudget.data.generators import read
from epochbudget.tasks.problems.images import (
    LOOKS,
    ImageProblem,
    crop_and_flip,
    crop_and_flip_reference,
    draw,
    normalise,
)
from epochbudget.tasks.problems.splits import permutation, share
from task_samples import build, write_images


@pytest.fixture
def images_file(tmp_path: Path) -> Path:
    return write_images(tmp_path / "images.npz")


@pytest.mark.parametrize("flips", [True, False])
def test_augmentation_is_the_plain_one(flips: bool) -> None:
    images = torch.randint(0, 256, (200, 3, 32, 32), dtype=torch.uint8)
    drawn = draw(200, flips, torch.Generator().manual_seed(1))
    fast = crop_and_flip(images, *drawn)
    assert fast.dtype == torch.uint8
    assert torch.equal(fast, crop_and_flip_reference(images, *drawn))
    assert not torch.equal(fast, images)


def test_augmentation_draws_offsets_then_flips() -> None:
    generator = torch.Generator().manual_seed(5)
    offsets = torch.randint(0, 9, (300, 2), generator=generator)
    mirrored = torch.randint(0, 2, (300,), generator=generator).bool()
    drawn = draw(300, True, torch.Generator().manual_seed(5))
    assert torch.equal(drawn[0], offsets)
    assert torch.equal(drawn[1], mirrored)
    assert set(offsets.flatten().tolist()) == set(range(9))
    (alone,) = draw(300, False, torch.Generator().manual_seed(5))
    assert torch.equal(alone, offsets)


def test_normalisation_and_black_border() -> None:
    """Channel by channel (value / 255 - mean) / std; the padding is black, not the mean."""
    looks = LOOKS["cifar100"]
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (looks.mean, looks.std))
    white = torch.full((1, 3, 32, 32), 255, dtype=torch.uint8)
    corner = crop_and_flip(white, torch.tensor([[0, 0]]))
    result = normalise(corner, mean, std)
    for channel in range(3):
        black = -looks.mean[channel] / looks.std[channel]
        bright = (1 - looks.mean[channel]) / looks.std[channel]
        assert result[0, channel, 0, 31].item() == pytest.approx(black, rel=1e-6)
        assert result[0, channel, 4, 4].item() == pytest.approx(bright, rel=1e-6)


def recorded(problem: ImageProblem, index: Tensor, augmentation: torch.Generator) -> Tensor:
    """The images that a model sees in `train_loss`."""
    seen = []

    class Recorder(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            seen.append(images)
            return images.flatten(1)[:, :10]

    problem.train_loss(Recorder(), *problem.epoch(index, augmentation))
    return seen[0]


def plain(images: Tensor, name: str) -> Tensor:
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (LOOKS[name].mean, LOOKS[name].std))
    return torch.stack([(image / 255 - mean) / std for image in images])


@pytest.mark.parametrize("name", ["cifar10", "digits"])
@pytest.mark.parametrize("model", ["CNN", "ViT"])
def test_training_images(images_file: Path, name: str, model: str) -> None:
    """Exactly the plain pipeline for the same draws; digits are never mirrored."""
    label, index = f"{name.upper()}_{model}", torch.tensor([7, 0, 7, 21])
    raw = torch.from_numpy(read.read_images(images_file).train_images)[index]
    problem = build(label, images_file, subset_ratio=1.0)
    drawn = draw(4, name != "digits", torch.Generator().manual_seed(3))
    expected = plain(crop_and_flip_reference(raw, *drawn), name)
    seen = recorded(problem, index, torch.Generator().manual_seed(3))
    assert torch.equal(seen, expected)
    still = build(label, images_file, subset_ratio=1.0, augment=False)
    untouched = torch.Generator().manual_seed(3)
    assert torch.equal(recorded(still, index, untouched), plain(raw, name))
    assert torch.equal(untouched.get_state(), torch.Generator().manual_seed(3).get_state())


def test_image_validation_is_the_plain_loop(images_file: Path) -> None:
    data = read.read_images(images_file)
    images = plain(torch.from_numpy(data.test_images), "cifar10")
    labels = torch.from_numpy(data.test_labels)
    problem = build("CIFAR10_CNN", images_file, subset_ratio=1.0, batch_size=8)
    torch.manual_seed(0)
    model = problem.model()
    losses, correct = [], 0
    for start in range(0, 22, 8):
        scores, answers = model(images[start : start + 8]), labels[start : start + 8]
        shares = torch.full((len(answers), 10), 0.1 / 10)
        shares[torch.arange(len(answers)), answers] += 0.9
        losses.append(-(shares * scores.log_softmax(1)).sum(1).mean().item())
        correct += int((scores.argmax(1) == answers).sum())
    loss, accuracy = problem.validate(model)
    assert loss.item() == pytest.approx(sum(losses) / 3, rel=1e-5)
    assert accuracy is not None
    assert accuracy.item() == correct / 22


def test_subsets_of_images_are_seeded(images_file: Path) -> None:
    data = read.read_images(images_file)
    problem = build("DIGITS_CNN", images_file, subset_ratio=0.25, split_seed=7)
    assert (problem.train_size, problem.validation_size) == (10, 6)
    rows = share(permutation(40, 7, "subset/train"), 0.25)
    assert np.array_equal(problem.train.images, data.train_images[rows])
    assert np.array_equal(problem.train.labels, data.train_labels[rows])
    other = build("DIGITS_CNN", images_file, subset_ratio=0.25, split_seed=8)
    assert not torch.equal(problem.train.images, other.train.images)
