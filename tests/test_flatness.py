"""The largest eigenvalue of the Hessian."""

import pytest
import torch

from epochbudget.training.flatness import largest_eigenvalue


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
