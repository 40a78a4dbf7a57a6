"""Schedule-Free AdamW: trained at one set of weights, validated at another."""

import io
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn

from epochbudget import registry
from epochbudget.methods.base import Param
from epochbudget.schedules.rates import learning_rates
from epochbudget.tasks.problems.resident import Model
from epochbudget.training.averaged import AveragedTrainer
from epochbudget.training.loop import EpochResult
from epochbudget.training.run import run_code, trainer_of
from test_training import Regression

FOUND = {"lr": 0.05, "warmup_epochs": 2}
EPOCHS = 6
METHOD = registry.methods()["SF"]


class Normalised(Regression):
    """With batch normalisation, and with dropout before it."""

    def model(self) -> nn.Module:
        norm = nn.BatchNorm1d(8)
        return nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.1), norm, nn.Tanh(), nn.Linear(8, 1))


def trainer(problem: Any = None, budget: int = EPOCHS, **found: float) -> AveragedTrainer:
    return AveragedTrainer(problem or Normalised(), METHOD, None, {**FOUND, **found}, budget, 89)


def train(run: AveragedTrainer, epochs: int) -> list[EpochResult]:
    return [run.train_epoch() for _ in range(epochs)]


@pytest.mark.parametrize("stop", [1, 2, 5])
def test_resumed_equals_uninterrupted(stop: int) -> None:
    whole = trainer()
    want = train(whole, EPOCHS)
    first = trainer()
    results = train(first, stop)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    torch.manual_seed(12345)
    second = trainer()
    second.load_state_dict(torch.load(file, weights_only=True))
    assert results + train(second, EPOCHS - stop) == want
    ours, theirs = second.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_short_run_is_a_prefix() -> None:
    assert train(trainer(budget=3), 3) == train(trainer(budget=EPOCHS), EPOCHS)[:3]


def test_it_is_the_authors_optimizer_with_their_warm_up() -> None:
    """A plain loop as they describe it, with torch's update_bn and their own warm-up."""
    from schedulefree import AdamWScheduleFree

    results = train(trainer(), EPOCHS)
    plain = trainer()  # for its data and draws
    model, problem = plain.model, plain.problem
    optimizer = AdamWScheduleFree(model.parameters(), 0.05, weight_decay=0.01, warmup_steps=2 * 7)
    for result in results:
        batches = list(zip(*(t.split(8) for t in plain.epoch()), strict=True))
        optimizer.train()
        for batch in batches:
            optimizer.zero_grad()
            problem.train_loss(model, *batch).backward()
            optimizer.step()
        optimizer.eval()
        model[1].p = 0.0
        update_bn([problem.x[index] + noise for index, noise in batches], model)
        model[1].p = 0.1
        model.eval()
        with torch.no_grad():
            loss = nn.functional.mse_loss(model(problem.x), problem.y).item()
        model.train()
        assert result.val_loss == loss


def test_the_average_is_validated_and_the_weights_are_trained() -> None:
    seen: list[tuple[bool, Tensor]] = []

    class Watched(Normalised):
        def validate(self, model: Model) -> tuple[Tensor, Tensor | None]:
            assert isinstance(model, nn.Module)
            assert not any(module.training for module in model.modules())
            seen.append((run.optimizer.param_groups[0]["train_mode"], model[0].weight.clone()))
            return super().validate(model)

    run = trainer(Watched())
    train(run, 3)
    (mode, average) = seen[-1]
    assert not mode
    assert run.optimizer.param_groups[0]["train_mode"]
    assert all(module.training for module in run.model.modules())
    z = run.optimizer.state[run.model[0].weight]["z"]
    assert torch.allclose(run.model[0].weight, 0.9 * average + 0.1 * z, atol=1e-6)
    assert not torch.equal(run.model[0].weight, average)
    assert run.model[2].momentum == 0.1


def test_nothing_is_drawn_for_the_statistics() -> None:
    """The streams of a run with batch normalisation are those of one without."""
    states = []
    for problem in (Normalised(), Regression()):
        run = trainer(problem)
        train(run, 2)
        states.append((run.order.get_state(), run.augmentation.get_state()))
    for ours, theirs in zip(*states, strict=True):
        assert torch.equal(ours, theirs)


def test_its_rate_is_searched_and_seen() -> None:
    assert METHOD.search(50, 7) == (Param("warmup_epochs", 0, 5, step=1),)
    assert not METHOD.lr_free
    assert METHOD.own_optimizer
    assert not METHOD.lockstep
    rates = learning_rates(METHOD, FOUND, 4, 3)
    assert rates == pytest.approx([0.05 * min(1, (k + 1) / 6) for k in range(12)], rel=1e-12)
    assert learning_rates(METHOD, {"lr": 0.05, "warmup_epochs": 0}, 2, 2) == [0.05] * 4


def test_its_trainer_is_part_of_its_runs_code_and_of_no_other() -> None:
    task = registry.tasks()["OSC_LSTM"]
    modules = {code: trainer_of(method)[0] for code, method in registry.methods().items()}
    assert {code for code, module in modules.items() if module.endswith(".averaged")} == {"SF"}
    assert run_code(task, METHOD) != run_code(task, registry.methods()["N"])


def test_it_stands_under_the_first_optimizer_and_has_no_other() -> None:
    from small_runs import experiment

    e = experiment(optimizers=["AdamW", "Adam"], methods=["N", "SF"])
    assert [(p.label, p.code) for p in e.pairs] == [
        ("OSC_LSTM", "N"),
        ("OSC_LSTM", "SF"),
        ("OSC_LSTM_Adam", "N"),
    ]
    spec = e.study_spec(e.pair("OSC_LSTM", "SF"))
    assert "optimizer" not in spec
    assert set(spec["ranges"]) == {"lr"}
