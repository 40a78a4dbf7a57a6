"""Every fast form of a model trains as its plain reference does, also across a checkpoint."""

import io
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from epochbudget import registry
from epochbudget.training.loop import EpochResult, Trainer
from task_samples import double_problem

FORMS = {
    "OSC_LSTM": ("lstm", "LSTM"),
    "Integral_MLP": ("deeponet", "DeepONet"),
    "Integral_TF": ("tfonet", "TFONet"),
    "FOLDER_CNN": ("cnn", "SimpleCNN"),
    "FOLDER_ViT": ("vit", "ViT"),
}
FOUND = {"lr": 1e-3, "infimum_lr": 1e-6, "upper_bound": 50}


@pytest.fixture(autouse=True)
def in_double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def trainer(problem: Any) -> Trainer:
    return Trainer(problem, registry.methods()["EH"], "AdamW", FOUND, 50, 1)


def stored(state: dict[str, Any]) -> dict[str, Any]:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    loaded: dict[str, Any] = torch.load(file, weights_only=True)
    return loaded


@pytest.mark.parametrize("label", FORMS)
def test_the_fast_form_trains_as_the_plain_one_across_a_checkpoint(
    label: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    epochs = 8  # at least 20 steps
    module, name = FORMS[label]
    fast = double_problem(label, monkeypatch, tmp_path)
    first = trainer(fast)
    results: list[EpochResult] = [first.train_epoch() for _ in range(epochs // 2)]
    second = trainer(fast)
    second.load_state_dict(stored(first.state_dict()))
    results += [second.train_epoch() for _ in range(epochs // 2)]

    models = import_module(f"epochbudget.models.{module}")
    reference = getattr(models, f"{name}Reference")
    monkeypatch.setattr(models, name, reference)
    plain = trainer(double_problem(label, monkeypatch, tmp_path))
    assert isinstance(plain.model, reference)
    assert not isinstance(second.model, reference)
    assert epochs * len(list(plain.epoch()[0].split(fast.batch_size))) >= 20
    plain = trainer(plain.problem)
    for ours in results:
        theirs = plain.train_epoch()
        assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-10)
        assert ours.val_loss == pytest.approx(theirs.val_loss, rel=1e-10)
        assert (ours.lr, ours.accuracy) == (theirs.lr, theirs.accuracy)
