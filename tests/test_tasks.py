"""Tasks: what the registry finds, settings, operators, and all tasks together."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydantic
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from epochbudget import registry
from epochbudget.config.describe import descriptions
from epochbudget.data.generators import read
from epochbudget.errors import UserError
from epochbudget.tasks.base import Problem
from epochbudget.tasks.cnn import CNNSettings
from epochbudget.tasks.integral_tf import IntegralTFSettings
from epochbudget.tasks.osc_lstm import OSCLSTMSettings
from epochbudget.tasks.problems import operator_data
from epochbudget.tasks.vit import ViTSettings
from task_samples import build, oscillator_columns, write_images


@pytest.fixture
def oscillator(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    columns = oscillator_columns()
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
    return write_images(tmp_path / "images.npz")


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
    benchmark = {
        (f"{title}_{model}", dataset, model, True)
        for model in ("ResNet20", "ResNet56", "MobileNetV2", "VGG16BN")
        for dataset, title in [
            ("cifar10", "CIFAR10"),
            ("cifar100", "CIFAR100"),
            ("digits", "DIGITS"),
            ("folder", "FOLDER"),
            ("fmnist", "FMNIST"),
        ]
    }
    assert found == images | benchmark | {
        ("OSC_LSTM", "oscillator", "OSC_LSTM", False),
        ("Integral_MLP", "integral", "Integral_MLP", False),
        ("Integral_TF", "integral", "Integral_TF", False),
        ("Tutorial_MLP", "tutorial", "Tutorial_MLP", True),
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
    assert descriptions(task.settings).keys() == task.settings.model_fields.keys()
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
    options: dict[str, Any] = {"stride": 1} if label == "OSC_LSTM" else {}
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


def test_training_loss_is_the_mean_over_the_chosen_samples(integral: Any) -> None:
    sensors, targets, queries = (torch.from_numpy(array) for array in integral)
    problem = build("Integral_MLP")
    model = problem.model()
    index = torch.tensor([3, 9, 3])
    expected = (model(sensors[index], queries.float()) - targets[index]).square().mean()
    loss = problem.train_loss(model, *problem.epoch(index, torch.Generator()))
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert all(p.grad is not None for p in model.parameters())


def trained(problem: Problem) -> list[Tensor]:
    """Losses and parameters of three AdamW steps, seeded as the training core does it."""
    torch.manual_seed(1)
    model = problem.model()
    augmentation = torch.Generator().manual_seed(2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for start in range(3):
        optimizer.zero_grad()
        batch = problem.epoch(torch.arange(start, start + 4), augmentation)
        loss = problem.train_loss(model, *batch)
        loss.backward()  # type: ignore[no-untyped-call]
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
