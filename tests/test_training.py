"""The training core: same batches as a DataLoader, resumed equals uninterrupted, prefixes."""

import io
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.seeds import derive_seed
from epochbudget.tasks.problems.resident import Model
from epochbudget.training.batches import epoch_order
from epochbudget.training.device import prepare
from epochbudget.training.loop import EpochResult, Trainer
from epochbudget.training.run import trainer_of, with_defaults

EPOCHS = 8
CODES = [code for code, method in registry.methods().items() if not method.steering]
FOUND = {
    "lr": 0.05,
    "infimum_lr": 1e-5,
    "upper_bound": 20,
    "step_size": 2,
    "step_size_up": 5,
    "gamma": 0.7,
    "power": 1.5,
    "end_factor": 0.01,
    "pct_start": 0.4,
    "d_coef": 2.0,
    "growth_rate": 1.5,
    "cooldown_share": 0.5,
}
"""Hyperparameters as a study would find them."""


@dataclass
class Regression:
    """A small real problem with dropout and augmentation, so that every stream is used."""

    train_size: int = 50
    batch_size: int = 8

    def __post_init__(self) -> None:
        generator = Generator().manual_seed(3)
        self.x = torch.randn(self.train_size, 4, generator=generator)
        self.y = self.x.sum(1, keepdim=True)

    def model(self) -> nn.Module:
        return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.1), nn.Linear(8, 1))

    def epoch(self, order: Tensor, augmentation: Generator) -> tuple[Tensor, ...]:
        return order, 0.01 * torch.randn(len(order), 4, generator=augmentation)

    def train_loss(self, model: Model, *batch: Tensor) -> Tensor:
        index, noise = batch
        return nn.functional.mse_loss(model(self.x[index] + noise), self.y[index])

    def validate(self, model: Model) -> tuple[Tensor, Tensor | None]:
        return nn.functional.mse_loss(model(self.x), self.y), None


def hyperparameters(code: str) -> dict[str, Any]:
    method = registry.methods()[code]
    names = {*method.settings, *(() if method.lr_free else ("lr",))}
    return with_defaults(method, {n: v for n, v in FOUND.items() if n in names}, None)


def trainer(code: str, budget: int = EPOCHS, seed: int = 89) -> Trainer:
    method = registry.methods()[code]
    optimizer = None if method.own_optimizer else "AdamW"
    module, name = trainer_of(method)
    kind: type[Trainer] = getattr(import_module(module), name)
    return kind(Regression(), method, optimizer, hyperparameters(code), budget, seed)


def train(code: str, epochs: int, **options: int) -> list[EpochResult]:
    run = trainer(code, **options)
    return [run.train_epoch() for _ in range(epochs)]


@pytest.mark.parametrize(("size", "batch"), [(50, 8), (48, 8), (7, 10), (1, 1)])
def test_batches_and_stream_equal_the_dataloaders(size: int, batch: int) -> None:
    ours, theirs = Generator().manual_seed(5), Generator().manual_seed(5)
    data = TensorDataset(torch.arange(size))
    loader = DataLoader(data, batch_size=batch, shuffle=True, generator=theirs)
    for _ in range(3):
        expected = [b[0].tolist() for b in loader]
        assert [b.tolist() for b in epoch_order(size, ours).split(batch)] == expected
        assert torch.equal(ours.get_state(), theirs.get_state())


@pytest.mark.parametrize("code", CODES)
def test_resumed_equals_uninterrupted(code: str) -> None:
    whole = train(code, EPOCHS)
    first = trainer(code)
    results = [first.train_epoch() for _ in range(3)]
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    torch.manual_seed(12345)  # whatever else the process drew in between
    second = trainer(code)
    second.load_state_dict(torch.load(file, weights_only=True))
    results += [second.train_epoch() for _ in range(EPOCHS - 3)]
    assert results == whole


def test_an_epoch_is_validated_in_evaluation_mode_without_gradients() -> None:
    seen = []

    class Watched(Regression):
        def validate(self, model: Model) -> tuple[Tensor, Tensor | None]:
            assert isinstance(model, nn.Module)
            seen.append((model.training, torch.is_grad_enabled()))
            return super().validate(model)

    method = registry.methods()["N"]
    run = Trainer(Watched(), method, "AdamW", hyperparameters("N"), 2, 89)
    run.train_epoch()
    assert seen == [(False, False)]
    assert run.model.training


@pytest.mark.parametrize("code", CODES)
def test_budget_free_means_an_exact_prefix(code: str) -> None:
    method = registry.methods()[code]
    short, long = train(code, 5, budget=5), train(code, 5, budget=15)
    assert (short == long) == method.budget_free(hyperparameters(code))


def test_seeds_and_streams_are_independent() -> None:
    assert train("N", 2) == train("N", 2)
    assert train("N", 2, seed=90) != train("N", 2)
    names = ("initialisation", "batch order", "augmentation", "split")
    assert len({derive_seed(seed, name) for seed in range(20) for name in names}) == 80


def test_a_plain_loop_gives_the_same_run() -> None:
    """The same mathematics, written with a DataLoader and nothing of the core."""
    problem = Regression()
    torch.manual_seed(derive_seed(89, "initialisation"))
    model = problem.model()
    torch.manual_seed(derive_seed(89, "layers"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7)
    order = Generator().manual_seed(derive_seed(89, "batch order"))
    augmentation = Generator().manual_seed(derive_seed(89, "augmentation"))
    data = TensorDataset(torch.arange(problem.train_size))
    loader = DataLoader(data, problem.batch_size, shuffle=True, generator=order)
    plain = []
    for _ in range(EPOCHS):
        losses = []
        noise = 0.01 * torch.randn(problem.train_size, 4, generator=augmentation)
        for number, (index,) in enumerate(loader):
            optimizer.zero_grad()
            loss = problem.train_loss(model, index, noise[number * 8 : number * 8 + 8])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
        model.eval()
        with torch.no_grad():
            val_loss = problem.validate(model)[0].item()
        model.train()
        plain.append((math.fsum(losses) / len(losses), val_loss))
    ours = train("E", EPOCHS)
    for result, (train_loss, val_loss) in zip(ours, plain, strict=True):
        assert result.train_loss == pytest.approx(train_loss, rel=1e-5)
        assert result.val_loss == pytest.approx(val_loss, rel=1e-5)


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match=r"cuda:99.*Hint"):
        prepare("cuda:99")


def test_the_compilers_stand_in_changes_nothing_and_steps_aside() -> None:
    """Optimizers need nothing of torch._dynamo; who asks for more gets the real module."""
    code = """
import sys, torch
from epochbudget.light_torch import StandIn, install
from test_training import train
before = "torch._dynamo" in sys.modules
install()
light = train("C", 3), train("Prodigy", 3), train("DAdapt", 3)
assert isinstance(sys.modules["torch._dynamo"], StandIn) and "sympy" not in sys.modules
double = torch.compile(lambda x: 2 * x, backend="eager")
assert torch.equal(double(torch.ones(2)), 2 * torch.ones(2))
assert not isinstance(sys.modules["torch._dynamo"], StandIn)
assert torch._dynamo is sys.modules["torch._dynamo"]
assert (train("C", 3), train("Prodigy", 3), train("DAdapt", 3)) == light
print(before)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert out.strip() == "False"


def test_flushing_subnormal_moments_moves_no_weight() -> None:
    """A dead unit's moments shrink below the normal range; flushed to 0, they train the same."""

    def weights(flush: bool) -> tuple[list[Tensor], int]:
        torch.set_flush_denormal(flush)
        run = trainer("E")
        run.train_epoch()
        run.optimizer.state[run.model[0].weight]["exp_avg"].fill_(1e-36)
        run.model[0].weight.register_hook(torch.zeros_like)  # from now on it gets no gradient
        for _ in range(EPOCHS):
            run.train_epoch()
        moments = run.optimizer.state[run.model[0].weight]["exp_avg"]
        tiny = (moments.view(torch.int32) & 0x7F800000 == 0) & (moments.view(torch.int32) != 0)
        return [p.detach().clone() for p in run.model.parameters()], int(tiny.sum())

    (flushed, none), (kept, several) = weights(True), weights(False)
    assert none == 0 < several
    assert all(torch.equal(a, b) for a, b in zip(flushed, kept, strict=True))


def test_jobs_flush_subnormal_numbers() -> None:
    prepare("cpu")
    assert torch.tensor([1e-38]).mul(1e-3).item() == 0
