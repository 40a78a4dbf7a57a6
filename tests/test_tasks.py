"""Tasks: windows, splits, scaling, augmentation, validation, and what the registry finds."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from epochbudget import registry
from epochbudget.data.generators import read
from epochbudget.errors import UserError
from epochbudget.seeds import derive_seed
from epochbudget.tasks.base import Problem
from epochbudget.tasks.cnn import CNNSettings
from epochbudget.tasks.integral_tf import IntegralTFSettings
from epochbudget.tasks.osc_lstm import OSCLSTMSettings
from epochbudget.tasks.problems import operator_data
from epochbudget.tasks.problems.images import (
    LOOKS,
    ImageProblem,
    LabelledImages,
    crop_and_flip,
    crop_and_flip_reference,
    draw,
    normalise,
)
from epochbudget.tasks.problems.splits import permutation, share
from epochbudget.tasks.problems.windows import Windows, scaled, split, trajectories, window_starts
from epochbudget.tasks.vit import ViTSettings

CPU = torch.device("cpu")
UNUSED = torch.Generator()
PATH = Path("file")


@pytest.fixture
def oscillator(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Three trajectories of 60 rows; x, v and a are all different."""
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=180) for name in ("x", "v", "a")}
    columns |= {"t": np.tile(np.arange(60) / 1000, 3), "zeta": np.repeat([0.0, 0.01, 0.02], 60)}
    monkeypatch.setattr(read, "read_oscillator", lambda path: columns)
    return columns


@pytest.fixture
def integral(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    """50 random "functions" with 20 sensors and 30 queries."""
    rng = np.random.default_rng(0)
    sensors, targets = rng.normal(size=(50, 20)), rng.normal(size=(50, 30))
    data = sensors.astype(np.float32), targets.astype(np.float32), np.linspace(0, 1, 30)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    return data


@pytest.fixture
def images_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)

    def part(size: int) -> tuple[Any, Any]:
        return rng.integers(0, 256, (size, 3, 32, 32), np.uint8), rng.integers(0, 10, size)

    (train, train_labels), (test, test_labels) = part(40), part(22)
    np.savez(
        tmp_path / "images.npz",
        train_images=train,
        train_labels=train_labels,
        test_images=test,
        test_labels=test_labels,
        classes=10,
        verified=False,
    )
    return tmp_path / "images.npz"


def build(label: str, path: Path = PATH, **options: Any) -> Any:
    task = registry.tasks()[label]
    return task.problem(task.settings(**options).model_dump(), path, CPU)


# Registry and settings --------------------------------------------------------------------------


def test_labels_datasets_and_sections() -> None:
    found = {(t.label, t.dataset, t.section, t.classification) for t in registry.tasks().values()}
    images = {
        (f"{title}_{model}", dataset, model, True)
        for model in ("CNN", "ResNet", "ViT")
        for dataset, title in [
            ("cifar10", "CIFAR10"),
            ("cifar100", "CIFAR100"),
            ("digits", "DIGITS"),
            ("folder", "FOLDER"),
        ]
    }
    assert found == images | {
        ("OSC_LSTM", "oscillator", "OSC_LSTM", False),
        ("Integral_MLP", "integral", "Integral_MLP", False),
        ("Integral_TF", "integral", "Integral_TF", False),
    }


def test_problems_are_defined_in_their_own_modules() -> None:
    """The code digest of a task starts at the module of its `problem`."""
    for task in registry.tasks().values():
        module = sys.modules[task.problem.__module__]
        assert task in module.TASKS


def test_finding_tasks_imports_nothing_heavy() -> None:
    code = (
        "import sys; from epochbudget import registry; registry.tasks(); "
        "print(*{'torch', 'numpy', 'pandas', 'pyarrow', 'torchvision'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("task", registry.tasks().values(), ids=lambda task: task.label)
def test_every_setting_is_documented_and_closed(task: Any) -> None:
    assert all(field.description for field in task.settings.model_fields.values())
    with pytest.raises(pydantic.ValidationError):
        task.settings(unknown=1)
    for name, bad in [("lr", 0.0), ("batch_size", 0)]:
        with pytest.raises(pydantic.ValidationError, match=name):
            task.settings(**{name: bad})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (OSCLSTMSettings, {"mode": "SM"}),
        (OSCLSTMSettings, {"dtype": "heavy"}),
        (OSCLSTMSettings, {"subset_ratio": 0.0}),
        (IntegralTFSettings, {"d_model": 6, "heads": 4}),
        (IntegralTFSettings, {"d_model": 5, "heads": 5}),
        (ViTSettings, {"dim": 10, "heads": 3}),
        (ViTSettings, {"patch": 5}),
        (CNNSettings, {"blocks": 6}),
        (CNNSettings, {"label_smoothing": 1.0}),
    ],
)
def test_bad_settings_are_refused(kind: Any, values: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        kind(**values)


# Seeds, splits, windows -------------------------------------------------------------------------


def test_seeds_are_stable_and_differ_by_name_and_base() -> None:
    first_digits = "ad1a65cd9de1fdd8"  # of the SHA-256 of the text 42/split
    assert derive_seed(42, "split") == int(first_digits, 16) // 2
    seeds = {derive_seed(base, name) for base in range(50) for name in ("split", "order", "init")}
    assert len(seeds) == 150
    assert all(0 <= seed < 2**63 for seed in seeds)


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    window=st.integers(1, 12),
    stride=st.integers(1, 7),
)
def test_windows_fill_trajectories_and_never_cross(
    lengths: list[int], window: int, stride: int
) -> None:
    owner = np.repeat(np.arange(len(lengths)), lengths)
    expected = []
    for begin in np.cumsum([0, *lengths[:-1]]):
        length = lengths[owner[begin]]
        expected += [begin + s for s in range(0, length, stride) if s + window <= length]
    if len(expected) < 5:
        with pytest.raises(UserError, match="fewer than 5 windows"):
            window_starts(lengths, window, stride)
        return
    starts = window_starts(lengths, window, stride).tolist()
    assert starts == expected
    assert all(len(set(owner[start : start + window])) == 1 for start in starts)


@settings(deadline=None)
@given(size=st.integers(5, 300), seed=st.integers(0, 2**31), ratio=st.floats(0.01, 1))
def test_split_is_disjoint_and_shares_are_nested(size: int, seed: int, ratio: float) -> None:
    starts = torch.arange(size) * 3
    train, validation = split(starts, seed, 1.0)
    assert len(train) == int(0.8 * size)
    assert sorted(train.tolist() + validation.tolist()) == starts.tolist()
    again = split(starts, seed, ratio)
    assert again[0].tolist() == train[: len(again[0])].tolist()
    assert again[1].tolist() == validation[: len(again[1])].tolist()
    assert len(again[0]) == max(1, round(ratio * len(train)))


def test_split_depends_on_its_seed_alone() -> None:
    starts = torch.arange(100)
    torch.manual_seed(1)
    first = split(starts, 42, 1.0)[0]
    torch.manual_seed(2)
    assert torch.equal(first, split(starts, 42, 1.0)[0])
    assert not torch.equal(first, split(starts, 43, 1.0)[0])
    assert not torch.equal(permutation(100, 42, "a"), permutation(100, 42, "b"))


def test_windows_are_slices() -> None:
    table, starts = torch.randn(50, 3), torch.tensor([4, 0, 17, 30])
    windows = Windows(table, starts, history=6, horizon=4, outputs=2)
    (history,), target = windows[torch.tensor([2, 0, 2])]
    for row, start in enumerate([17, 4, 17]):
        assert torch.equal(history[row], table[start : start + 6])
        assert torch.equal(target[row], table[start + 6 : start + 10, :2])
    assert windows[1:3][1].shape == (2, 4, 2)


def test_scaling_is_per_column_over_the_loaded_rows(oscillator: dict[str, Any]) -> None:
    (rows,) = trajectories(oscillator, (0.01,))
    assert rows.tolist() == list(range(60, 120))
    table = scaled(oscillator, ("a", "x"), rows)
    for column, name in enumerate(("a", "x")):
        values = oscillator[name][60:120]
        plain = [(v - min(values)) / (max(values) - min(values)) for v in values]
        assert table[:, column].tolist() == plain
    assert (table.min(), table.max()) == (0, 1)


def test_oscillator_mistakes_are_named(oscillator: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"damping 0\.05, only \[0\.0, 0\.01, 0\.02\]"):
        trajectories(oscillator, (0.05,))
    oscillator["v"][:] = 3.0
    with pytest.raises(UserError, match=r"columns \['v'\] .* constant"):
        scaled(oscillator, ("x", "v", "a"), np.arange(180))


@pytest.mark.parametrize(("dtype", "rows"), [("simple", 60), ("damped", 60), ("total", 180)])
@pytest.mark.parametrize(("mode", "sizes"), [("S", (1, 1)), ("MS", (3, 1)), ("M", (3, 3))])
def test_oscillator_problem(
    oscillator: dict[str, Any], dtype: str, rows: int, mode: str, sizes: tuple[int, int]
) -> None:
    problem = build("OSC_LSTM", dtype=dtype, mode=mode, history=7, horizon=4, stride=1)
    per_trajectory = 60 - 11 + 1
    assert problem.train_size + problem.validation_size == rows // 60 * per_trajectory
    (history,), target = problem.train[torch.arange(3)]
    assert (history.shape, target.shape) == ((3, 7, sizes[0]), (3, 4, sizes[1]))
    assert problem.model()(history).shape == target.shape
    assert history.dtype == target.dtype == torch.float32


# Operators --------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Integral_MLP", "Integral_TF"])
def test_operator_problem(integral: tuple[Any, Any, Any], label: str) -> None:
    sensors, targets, queries = integral
    problem = build(label, subset_ratio=0.5, sensor_stride=3)
    (u, y), target = problem.train[:]
    assert np.array_equal(u, sensors[:20, ::3])
    assert np.array_equal(target, targets[:20])
    assert np.allclose(y, queries, rtol=1e-7)
    (u, _), target = problem.validation[:]
    assert np.array_equal(u, sensors[40:45, ::3])
    assert np.array_equal(target, targets[40:45])
    assert (problem.train_size, problem.validation_size) == (20, 5)
    assert problem.model()(u, y).shape == (5, 30)


def test_too_few_functions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = np.zeros((4, 20), np.float32), np.zeros((4, 30), np.float32), np.linspace(0, 1, 30)
    monkeypatch.setattr(operator_data, "read_integral", lambda path: data)
    with pytest.raises(UserError, match="file holds 4 functions"):
        build("Integral_MLP")


@pytest.mark.parametrize("label", ["OSC_LSTM", "Integral_MLP"])
def test_regression_validation_is_the_plain_loop(
    label: str, oscillator: Any, integral: Any
) -> None:
    options = {"stride": 1} if label == "OSC_LSTM" else {}
    problem = build(label, batch_size=4, **options)
    assert problem.validation_size % 4 != 0
    torch.manual_seed(0)
    model = problem.model()
    loss_of = functional.huber_loss if label == "OSC_LSTM" else functional.mse_loss
    losses = []
    for start in range(0, problem.validation_size, 4):
        arguments, target = problem.validation[torch.arange(problem.validation_size)[start:][:4]]
        losses.append(loss_of(model(*arguments), target).item())
    loss, accuracy = problem.validate(model)
    assert accuracy is None
    assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-6)
    assert model.training
    assert not loss.requires_grad


def test_training_loss_is_the_mean_over_the_chosen_samples(integral: Any) -> None:
    sensors, targets, queries = (torch.from_numpy(array) for array in integral)
    problem = build("Integral_MLP")
    model = problem.model()
    index = torch.tensor([3, 9, 3])
    expected = (model(sensors[index], queries.float()) - targets[index]).square().mean()
    loss = problem.train_loss(model, index, UNUSED)
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert all(p.grad is not None for p in model.parameters())


# Images -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flips", [True, False])
def test_augmentation_is_the_plain_one(flips: bool) -> None:
    images = torch.randint(0, 256, (200, 3, 32, 32), dtype=torch.uint8)
    offsets, mirrored = draw(200, flips, torch.Generator().manual_seed(1))
    fast = crop_and_flip(images, offsets, mirrored)
    assert fast.dtype == torch.uint8
    assert torch.equal(fast, crop_and_flip_reference(images, offsets, mirrored))
    assert not torch.equal(fast, images)


def test_augmentation_draws_offsets_then_flips() -> None:
    generator = torch.Generator().manual_seed(5)
    offsets = torch.randint(0, 9, (300, 2), generator=generator)
    mirrored = torch.randint(0, 2, (300,), generator=generator).bool()
    drawn = draw(300, True, torch.Generator().manual_seed(5))
    assert torch.equal(drawn[0], offsets)
    assert torch.equal(drawn[1], mirrored)
    assert set(offsets.flatten().tolist()) == set(range(9))
    assert draw(300, False, torch.Generator().manual_seed(5))[1] is None


def test_normalisation_and_black_border() -> None:
    """Channel by channel (value / 255 - mean) / std; the padding is black, not the mean."""
    looks = LOOKS["cifar100"]
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (looks.mean, looks.std))
    white = torch.full((1, 3, 32, 32), 255, dtype=torch.uint8)
    corner = crop_and_flip(white, torch.tensor([[0, 0]]), None)
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

    problem.train_loss(Recorder(), index, augmentation)
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
    offsets, mirrored = draw(4, name != "digits", torch.Generator().manual_seed(3))
    expected = plain(crop_and_flip_reference(raw, offsets, mirrored), name)
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
    assert accuracy.item() == pytest.approx(correct / 22)


def test_validation_is_done_in_evaluation_mode() -> None:
    modes = []

    class Recorder(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            modes.append((self.training, torch.is_grad_enabled()))
            return images.flatten(1)[:, :10]

    some = LabelledImages(torch.zeros(5, 3, 32, 32, dtype=torch.uint8), torch.zeros(5).long())
    problem = ImageProblem(Recorder, some, some, LOOKS["digits"], CNNSettings(), CPU)
    model = problem.model()
    problem.validate(model)
    assert modes == [(False, False)]
    assert model.training


def test_subsets_of_images_are_seeded(images_file: Path) -> None:
    data = read.read_images(images_file)
    problem = build("DIGITS_CNN", images_file, subset_ratio=0.25, split_seed=7)
    assert (problem.train_size, problem.validation_size) == (10, 6)
    rows = share(permutation(40, 7, "subset/train"), 0.25)
    assert np.array_equal(problem.train.images, data.train_images[rows])
    assert np.array_equal(problem.train.labels, data.train_labels[rows])
    other = build("DIGITS_CNN", images_file, subset_ratio=0.25, split_seed=8)
    assert not torch.equal(problem.train.images, other.train.images)


# All together -----------------------------------------------------------------------------------


def trained(problem: Problem) -> list[Tensor]:
    """Losses and parameters of three AdamW steps, seeded as the training core does it."""
    torch.manual_seed(1)
    model = problem.model()
    augmentation = torch.Generator().manual_seed(2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for start in range(3):
        optimizer.zero_grad()
        loss = problem.train_loss(model, torch.arange(start, start + 4), augmentation)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [*losses, problem.validate(model)[0], *(p.detach() for p in model.parameters())]


@pytest.mark.parametrize(
    "label", ["OSC_LSTM", "Integral_MLP", "Integral_TF", "DIGITS_CNN", "FOLDER_ViT"]
)
def test_training_is_deterministic(
    label: str, oscillator: Any, integral: Any, images_file: Path
) -> None:
    options = {"stride": 1} if label == "OSC_LSTM" else {}
    first, second = (trained(build(label, images_file, **options)) for _ in range(2))
    assert all(map(torch.equal, first, second))


def test_sizes_reach_the_models(oscillator: Any, integral: Any, images_file: Path) -> None:
    lstm = build("OSC_LSTM", stride=1, hidden=5, layers=2).model()
    assert (lstm.encoder.hidden_size, lstm.decoder.num_layers) == (5, 2)
    deeponet = build("Integral_MLP", hidden=6, hidden_layers=3, features=4).model()
    assert [tuple(w.shape) for w in deeponet.branch.parameters() if w.ndim == 2] == [
        (6, 20),
        (6, 6),
        (6, 6),
        (4, 6),
    ]
    frozen = build("Integral_MLP", train_bias=False).model()
    assert "bias" not in dict(frozen.named_parameters())
    tfonet = build("Integral_TF", d_model=12, heads=3, feedforward=7, layers=2).model()
    assert len(tfonet.encoder.layers) == len(tfonet.decoder.layers) == 2
    assert tfonet.decoder.layers[0].linear1.weight.shape == (7, 12)
    assert tfonet.encoder.layers[0].self_attn.num_heads == 3
    cnn = build("CIFAR100_CNN", images_file, channels=3, blocks=2, hidden=9).model()
    assert cnn.classifier[0].weight.shape == (9, 3 * 8 * 8)
    vit = build("DIGITS_ViT", images_file, patch=16, dim=6, depth=1, heads=2, mlp_ratio=3).model()
    assert vit.positions.shape == (1, 5, 6)
    assert vit.layers[0].linear1.weight.shape == (18, 6)
    resnet = build("DIGITS_ResNet", images_file, depth=34).model()
    assert len(resnet.layer3) == 6


@pytest.mark.parametrize(
    ("label", "options"),
    [("OSC_LSTM", {"stride": 500}), ("Integral_MLP", {}), ("Integral_TF", {"batch_size": 8})],
)
def test_real_files(label: str, options: dict[str, Any], tmp_path: Path) -> None:
    """The data sets' own files fit the tasks."""
    dataset = registry.datasets()[registry.tasks()[label].dataset]
    small = {"fields": 50} if dataset.name == "integral" else {}
    path = tmp_path / f"{dataset.name}{dataset.suffix}"
    dataset.write(dataset.settings(**small).model_dump(), path)
    problem = build(label, path, **options)
    loss, _ = problem.validate(problem.model())
    assert torch.isfinite(loss)


@pytest.mark.parametrize("label", ["OSC_LSTM", "Integral_MLP", "DIGITS_CNN"])
def test_missing_files_are_named(label: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        build(label, tmp_path / "nowhere")
