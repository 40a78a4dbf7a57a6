"""The tutorial's random vectors and its perceptron."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from epochbudget.data import tutorial
from epochbudget.data.generators.vectors import Vectors, read_vectors
from epochbudget.errors import UserError
from task_samples import build

SMALL = {"train": 400, "validation": 150}


def written(folder: Path, **settings: Any) -> Path:
    path = folder / "tutorial.npz"
    tutorial.write({**SMALL, **settings}, path)
    return path


def nearest_mean(vectors: Vectors) -> float:
    """Validation accuracy of the class whose training mean is nearest."""
    classes = range(10)
    means = np.array([vectors.train[vectors.train_labels == c].mean(axis=0) for c in classes])
    distances = np.linalg.norm(vectors.validation[:, None] - means[None], axis=2)
    return float((distances.argmin(axis=1) == vectors.validation_labels).mean())


def test_the_file_is_the_same_each_time_and_another_for_another_seed(tmp_path: Path) -> None:
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first
    assert written(tmp_path, seed=43).read_bytes() != first


def test_sizes_and_moments(tmp_path: Path) -> None:
    vectors = read_vectors(written(tmp_path))
    assert (vectors.train.shape, vectors.train.dtype) == ((400, 784), np.float32)
    assert (vectors.validation.shape, vectors.validation_labels.shape) == ((150, 784), (150,))
    assert vectors.train.std() == pytest.approx(0.5, rel=0.01)
    assert vectors.train.mean() == pytest.approx(0, abs=0.01)
    assert set(vectors.train_labels) == set(range(10))


def test_separation_moves_classes_apart_and_nothing_else(tmp_path: Path) -> None:
    noise = read_vectors(written(tmp_path))
    apart = read_vectors(written(tmp_path, separation=3.0))
    assert nearest_mean(apart) > 0.98
    assert nearest_mean(noise) < 0.2  # chance is 0.1
    assert np.array_equal(apart.train_labels, noise.train_labels)
    moved = apart.validation - noise.validation
    assert np.linalg.norm(moved, axis=1) == pytest.approx(3.0, rel=1e-5)
    of_one = moved[noise.validation_labels == 4]
    np.testing.assert_allclose(of_one, np.broadcast_to(of_one[0], of_one.shape), atol=1e-6)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"tutorial\.npz cannot be read"):
        read_vectors(path)


def test_the_problem_is_the_plain_one(tmp_path: Path) -> None:
    path = written(tmp_path)
    vectors, problem = read_vectors(path), build("Tutorial_MLP", path, batch_size=40)
    model = problem.model()
    assert [tuple(p.shape) for p in model.parameters()] == [(128, 784), (128,), (10, 128), (10,)]
    index = torch.tensor([3, 7, 3])
    samples, labels = torch.from_numpy(vectors.train), torch.from_numpy(vectors.train_labels)
    first, second = model.layers[0], model.layers[2]
    hidden = torch.relu(samples[index] @ first.weight.T + first.bias)
    scores = hidden @ second.weight.T + second.bias
    plain = -functional.log_softmax(scores, dim=1)[torch.arange(3), labels[index]].mean()
    loss = problem.train_loss(model, *problem.epoch(index, torch.Generator()))
    torch.testing.assert_close(loss, plain)
    loss.backward()
    validation_loss, accuracy = problem.validate(model)
    scores = model(torch.from_numpy(vectors.validation))
    labels = torch.from_numpy(vectors.validation_labels)
    parts = [
        functional.cross_entropy(scores[part : part + 40], labels[part : part + 40])
        for part in range(0, 150, 40)
    ]
    torch.testing.assert_close(validation_loss, torch.stack(parts).mean())
    assert accuracy.item() == (scores.argmax(1) == labels).double().mean().item()


@pytest.mark.parametrize(("separation", "learnt"), [(3.0, True), (0.0, False)])
def test_the_perceptron_learns_what_can_be_learnt(
    tmp_path: Path, separation: float, learnt: bool
) -> None:
    """Without separation it memorises the training samples and stays at chance."""
    problem = build("Tutorial_MLP", written(tmp_path, separation=separation))
    torch.manual_seed(1)
    model = problem.model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    everything = problem.epoch(torch.arange(400), torch.Generator())
    for _ in range(60):
        optimizer.zero_grad()
        loss = problem.train_loss(model, *everything)
        loss.backward()
        optimizer.step()
    _, accuracy = problem.validate(model)
    assert loss.item() < 0.01
    assert accuracy.item() > 0.98 if learnt else accuracy.item() < 0.2
