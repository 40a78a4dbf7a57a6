"""How sharp a minimum is: the largest eigenvalue of the Hessian."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor, nn

from epochbudget.models.lstm import LSTM, LSTMReference
from epochbudget.seeds import derive_seed
from epochbudget.training.loop import Trainer

if TYPE_CHECKING:
    from epochbudget.tasks.base import Model

ITERATIONS = 50
SAMPLES = 512
"""Training samples, the first ones, whose mean loss the Hessian is of."""


def flatness(trainer: Trainer) -> float:
    """The largest eigenvalue of the training loss's Hessian where a run has ended.

    Of the model as it is validated, without dropout, on a fixed sample of the training data. The
    trainer is left as it was.
    """
    problem, model = trainer.problem, trainer.model
    states = Generator().manual_seed(derive_seed(0, "flatness augmentation"))
    samples = problem.epoch(torch.arange(min(SAMPLES, problem.train_size)), states)
    average = getattr(trainer.optimizer, "eval", None)  # Schedule-Free validates another point
    if average:
        average()
    model.eval()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    generator = Generator().manual_seed(derive_seed(0, "flatness"))
    # Fused kernels of recurrent layers and of attention have no second derivatives.
    with (
        torch.backends.cudnn.flags(enabled=False),
        torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
    ):
        twice = _twice_differentiable(model)
        found = largest_eigenvalue(
            lambda: problem.train_loss(twice, *samples), parameters, generator
        )
    model.train()
    if average:
        trainer.optimizer.train()  # type: ignore[attr-defined]
    return found


def _twice_differentiable(model: nn.Module) -> "Model":
    """The model in a form, with the same parameters, whose gradients have gradients."""
    if isinstance(model, LSTM):
        return partial(LSTMReference.forward, model)  # type: ignore[arg-type]  # same parts
    return model


def largest_eigenvalue(
    loss: Callable[[], Tensor],
    parameters: Sequence[Tensor],
    generator: Generator,
    iterations: int | None = None,
) -> float:
    """The eigenvalue of largest magnitude of the Hessian of `loss`, by power iteration.

    Args:
        loss: Computes the loss (a scalar) from the parameters, the same each time.
        parameters: What the Hessian is with respect to; they require a gradient.
        generator: Of the first direction, on the CPU.
        iterations: Hessian-vector products; 50 if None.

    Returns:
        The Rayleigh quotient of the last direction; 0 where the Hessian vanishes along it.
    """
    gradient = torch.autograd.grad(loss(), parameters, create_graph=True)
    direction = _unit([_like(parameter, generator) for parameter in parameters])
    value = 0.0
    for _ in range(iterations or ITERATIONS):
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
