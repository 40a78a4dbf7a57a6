"""The largest eigenvalue of the Hessian."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import torch

from epochbudget import registry
from epochbudget.seeds import derive_seed
from epochbudget.tasks.base import Problem
from epochbudget.training import flatness as sharpness
from epochbudget.training.flatness import largest_eigenvalue
from epochbudget.training.loop import Trainer
from epochbudget.training.run import trainer_of
from task_samples import double_problem

ITERATIONS = 3


@pytest.fixture(autouse=True)
def default_type() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("spectrum", [(5.0, 3.0, 1.0, 0.1), (-4.0, 2.0, 1.0, 0.5)])
def test_a_quadratic_with_a_known_spectrum(spectrum: tuple[float, ...]) -> None:
    """Also where the parameters are several tensors, and the largest one is negative."""
    generator = torch.Generator().manual_seed(1)
    basis, _ = torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64, generator=generator))
    hessian = basis @ torch.diag(torch.tensor(spectrum, dtype=torch.float64)) @ basis.T
    first = torch.randn(3, dtype=torch.float64, requires_grad=True)
    second = torch.randn(1, dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        whole = torch.cat((first, second))
        return 0.5 * whole @ hessian @ whole

    found = largest_eigenvalue(loss, (first, second), generator)
    assert found == pytest.approx(spectrum[0], rel=1e-9)


def test_a_network_equals_the_whole_hessian() -> None:
    torch.manual_seed(2)
    network = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    ).double()
    inputs, targets = torch.randn(8, 3).double(), torch.randn(8, 1).double()
    names = [name for name, _ in network.named_parameters()]
    parameters = list(network.parameters())
    sizes = [parameter.numel() for parameter in parameters]

    def loss_at(flat: torch.Tensor) -> torch.Tensor:
        parts = [p.view_as(q) for p, q in zip(flat.split(sizes), parameters, strict=True)]
        outputs = torch.func.functional_call(network, dict(zip(names, parts, strict=True)), inputs)
        return (outputs - targets).square().mean()

    flat = torch.cat([parameter.detach().flatten() for parameter in parameters])
    hessian = torch.autograd.functional.hessian(loss_at, flat)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    largest = eigenvalues[eigenvalues.abs().argmax()].item()
    found = largest_eigenvalue(
        lambda: (network(inputs) - targets).square().mean(),
        parameters,
        torch.Generator().manual_seed(3),
        iterations=300,
    )
    assert found == pytest.approx(largest, rel=1e-6)


def test_a_plane_has_none() -> None:
    weight = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError):
        largest_eigenvalue(lambda: weight.sum(), (weight,), torch.Generator())
    square = largest_eigenvalue(lambda: (0 * weight).square().sum(), (weight,), torch.Generator())
    assert square == 0.0


def trainer_with(problem: Problem, code: str) -> Trainer:
    method = registry.methods()[code]
    module, name = trainer_of(method)
    kind: type[Trainer] = getattr(import_module(module), name)
    optimizer = None if method.own_optimizer else "AdamW"
    return kind(problem, method, optimizer, {"lr": 1e-3, **method.defaults}, 4, 1)


def by_differences(trainer: Trainer) -> float:
    """What `flatness` does, with differences of the fast form's gradients."""
    problem, model = trainer.problem, trainer.model.eval()
    states = torch.Generator().manual_seed(derive_seed(0, "flatness augmentation"))
    samples = problem.epoch(torch.arange(problem.train_size), states)
    parameters = list(model.parameters())
    start = [parameter.detach().clone() for parameter in parameters]
    generator = torch.Generator().manual_seed(derive_seed(0, "flatness"))
    direction = [torch.randn(part.shape, generator=generator) for part in start]

    def gradients(step: float) -> list[torch.Tensor]:
        with torch.no_grad():
            for parameter, origin, part in zip(parameters, start, direction, strict=True):
                parameter.copy_(origin + step * part)
        return list(torch.autograd.grad(problem.train_loss(model, *samples), parameters))

    value = 0.0
    for _ in range(ITERATIONS):
        norm = torch.cat([part.flatten() for part in direction]).norm()
        direction = [part / norm for part in direction]
        pairs = zip(gradients(1e-5), gradients(-1e-5), strict=True)
        change = [(above - below) / 2e-5 for above, below in pairs]
        value = float(sum((d * c).sum() for d, c in zip(direction, change, strict=True)))
        direction = change
    gradients(0.0)
    model.train()
    return value


@pytest.mark.parametrize("label", ["OSC_LSTM", "Integral_MLP", "Integral_TF", "FOLDER_CNN"])
def test_the_models_of_the_paper(
    label: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Fast forms have it too, and go on as if it had not been asked."""
    monkeypatch.setattr(sharpness, "ITERATIONS", ITERATIONS)
    torch.set_default_dtype(torch.float64)
    problem = double_problem(label, monkeypatch, tmp_path)
    trainer, other = trainer_with(problem, "N"), trainer_with(problem, "N")
    states = torch.get_rng_state()
    for each in (trainer, other):
        torch.set_rng_state(states)
        each.train_epoch()
    found = sharpness.flatness(trainer)
    assert found == pytest.approx(by_differences(other), rel=1e-4)
    assert trainer.train_epoch() == other.train_epoch()


def test_schedule_free_is_measured_where_it_is_validated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    torch.set_default_dtype(torch.float64)
    monkeypatch.setattr(sharpness, "ITERATIONS", ITERATIONS)
    trainer = trainer_with(double_problem("Integral_MLP", monkeypatch, tmp_path), "SF")
    for _ in range(3):
        trainer.train_epoch()
    found = sharpness.flatness(trainer)
    trainer.optimizer.eval()
    average = by_differences(trainer)
    trainer.optimizer.train()
    assert found == pytest.approx(average, rel=1e-4)
    assert found != pytest.approx(by_differences(trainer), rel=1e-2)
