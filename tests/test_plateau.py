"""The plateau schedule: torch's, told the validation loss, and resumed with what it was told."""

import io

import pytest
import torch

from epochbudget import registry
from epochbudget.methods.base import Param
from epochbudget.schedules.rates import learning_rates
from epochbudget.training.feedback import FeedbackTrainer
from epochbudget.training.loop import EpochResult
from test_training import Regression

METHOD = registry.methods()["RP"]
FOUND = {"lr": 1.0, "factor": 0.3, "patience": 1}
EPOCHS = 20


def trainer(budget: int = EPOCHS) -> FeedbackTrainer:
    return FeedbackTrainer(Regression(), METHOD, "AdamW", FOUND, budget, 89)


def train(run: FeedbackTrainer, epochs: int) -> list[EpochResult]:
    return [run.train_epoch() for _ in range(epochs)]


def test_rates_are_torchs_for_the_losses_of_the_run() -> None:
    results = train(trainer(), EPOCHS)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plain = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=1)
    for result in results:
        assert result.lr == optimizer.param_groups[0]["lr"]
        plain.step(result.val_loss)
    assert len({result.lr for result in results}) >= 3  # it did fall, more than once


@pytest.mark.parametrize("stop", range(1, EPOCHS))
def test_resumed_equals_uninterrupted(stop: int) -> None:
    """Wherever it stops: while it waits, and just after the rate fell."""
    want = train(trainer(), EPOCHS)
    first = trainer()
    results = train(first, stop)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = trainer()
    second.load_state_dict(torch.load(file, weights_only=True))
    assert results + train(second, EPOCHS - stop) == want


def test_a_short_run_is_a_prefix() -> None:
    assert METHOD.budget_free(FOUND)
    assert train(trainer(9), 9) == train(trainer(), EPOCHS)[:9]


def test_without_training_the_loss_is_taken_to_fall() -> None:
    assert learning_rates(METHOD, FOUND, 30, 2) == [1.0] * 60
    assert not METHOD.foreseeable


@pytest.mark.parametrize("epochs", [1, 2, 5, 50])
def test_its_search_space_fits_any_study(epochs: int) -> None:
    assert METHOD.search(50, 3)[1] == Param("patience", 2, 10, step=1)
    for param in METHOD.search(epochs, 3):
        assert param.low <= param.high
        for value in (param.low, param.high):
            assert METHOD.settings[param.name].checked(param.name, value) == value
