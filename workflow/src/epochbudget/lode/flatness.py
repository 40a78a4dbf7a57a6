"""How sharp a minimum is: the largest eigenvalue of the Hessian."""

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

ITERATIONS = 50


def largest_eigenvalue(
    loss: Callable[[], Tensor],
    parameters: Sequence[Tensor],
    generator: Generator,
    iterations: int = ITERATIONS,
) -> float:
    """The eigenvalue of largest magnitude of the Hessian of `loss`, by power iteration.

    Args:
        loss: Computes the loss (a scalar) from the parameters, the same each time.
        parameters: What the Hessian is with respect to; they require a gradient.
        generator: Of the first direction, on the CPU.
        iterations: Hessian-vector products.

    Returns:
        The Rayleigh quotient of the last direction; 0 where the Hessian vanishes along it.
    """
    gradient = torch.autograd.grad(loss(), parameters, create_graph=True)
    direction = _unit([_like(parameter, generator) for parameter in parameters])
    value = 0.0
    for _ in range(iterations):
        product = torch.autograd.grad(gradient, parameters, direction, retain_graph=True)
        value = float(sum((d * p).sum() for d, p in zip(direction, product, strict=True)))
        if not any(part.any() for part in product):
            return 0.0
        direction = _unit(product)
    return value


def _like(parameter: Tensor, generator: Generator) -> Tensor:
    return torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype).to(parameter)


def _unit(parts: Sequence[Tensor]) -> list[Tensor]:
    norm = torch.sqrt(sum((part.square().sum() for part in parts), torch.zeros(()).to(parts[0])))
    return [part / norm for part in parts]
