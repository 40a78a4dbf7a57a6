"""EH-legacy: the extra optimizer step that the authors' ExpHyperbolicLR once took."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from epochbudget import registry
from epochbudget.curves import CurveSet, export, read_exported
from epochbudget.schedules.rates import learning_rates
from epochbudget.seeds import derive_seed
from epochbudget.training.batches import epoch_order
from test_training import EPOCHS, Regression, hyperparameters, train

SEED = 89


def by_hand() -> list[float]:
    """Validation losses of a plain training loop that takes the extra step."""
    problem, found = Regression(), hyperparameters("EH-legacy")
    rates = learning_rates(registry.methods()["EH"], found, EPOCHS, 1)
    torch.manual_seed(derive_seed(SEED, "initialisation"))
    model = problem.model()
    torch.manual_seed(derive_seed(SEED, "layers"))
    order = torch.Generator().manual_seed(derive_seed(SEED, "batch order"))
    noise = torch.Generator().manual_seed(derive_seed(SEED, "augmentation"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=rates[0], fused=True)
    losses = []
    for epoch in range(EPOCHS):
        drawn = problem.epoch(epoch_order(problem.train_size, order), noise)
        for batch in zip(*(part.split(problem.batch_size) for part in drawn), strict=True):
            optimizer.zero_grad()
            problem.train_loss(model, *batch).backward()
            optimizer.step()
        with torch.no_grad():
            losses.append(problem.validate(model.eval())[0].item())
        model.train()
        if epoch + 1 < EPOCHS:
            optimizer.param_groups[0]["lr"] = rates[epoch + 1]
            optimizer.step()  # gradients of the last batch
    return losses


def test_it_trains_as_a_plain_loop_with_the_extra_step() -> None:
    ours = [result.val_loss for result in train("EH-legacy", EPOCHS)]
    assert ours == pytest.approx(by_hand(), rel=1e-6)
    plain = [result.val_loss for result in train("EH", EPOCHS)]
    assert ours[0] == plain[0]  # the extra step comes after the validation
    assert abs(ours[1] / plain[1] - 1) > 1e-4


def test_its_rates_are_those_of_eh() -> None:
    ours, plain = train("EH-legacy", EPOCHS), train("EH", EPOCHS)
    assert [result.lr for result in ours] == [result.lr for result in plain]


def test_asking_for_its_rates_moves_nothing() -> None:
    parameter = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.AdamW([parameter], lr=0.1)
    registry.methods()["EH-legacy"].scheduler(optimizer, {"infimum_lr": 1e-6}, 10, 1)
    assert parameter.item() == 1


def test_a_dash_in_a_code_survives_its_files(tmp_path: Path) -> None:
    curves = CurveSet.from_seeds(
        "OSC_LSTM", "EH-legacy", "loss", {2: {1: np.array([0.5, 0.25])}, 3: {1: np.ones(3)}}
    )
    path = tmp_path / "Result_OSC_LSTM-EH-legacy.csv"
    export(curves, path)
    with path.open() as stream:
        assert next(csv.reader(stream))[1] == "EH-legacy2_val_loss"
    found = read_exported(path)
    assert (found.label, found.code) == ("OSC_LSTM", "EH-legacy")
    assert found.mean[2].tolist() == [0.5, 0.25]
