"""Training steps at the paper's sizes."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from epochbudget import registry
from epochbudget.benchmarks.base import Row
from epochbudget.benchmarks.tools.timing import compare
from epochbudget.config.load import load_files
from epochbudget.training.optimizers import make_optimizer

PAPER = Path("config/paper.yaml")


@cache
def paper_settings(section: str) -> Any:
    """The settings of a section of `tasks:` in the paper's configuration.

    Raises:
        UserError: Outside of the project's folder.
    """
    return getattr(load_files([PAPER]).tasks, section)


def compare_steps(
    model: str,
    path: str,
    reference: nn.Module,
    fast: nn.Module,
    loss: Callable[[nn.Module], Tensor],
    repeats: int = 5,
) -> Row:
    """Time training steps of two forms of a network: torch's AdamW as it comes, and ours (fused).

    What is compared is the gradient of the first step.

    Args:
        model: Label of the model.
        path: What makes the fast form fast.
        reference: The plain form.
        fast: The fast form; gets the reference's parameters.
        loss: The loss of a form, always on the same batch.
        repeats: Timed steps of each.
    """
    fast.load_state_dict(reference.state_dict())
    plain = AdamW(reference.parameters(), lr=1e-4)
    ours = make_optimizer(fast, registry.methods()["N"], "AdamW", {"lr": 1e-4})
    return compare(
        f"{model}, a step",
        path,
        lambda: _step(reference, plain, loss),
        lambda: _step(fast, ours, loss),
        repeats,
    )


def _step(network: nn.Module, optimizer: Optimizer, loss: Callable[[nn.Module], Tensor]) -> Tensor:
    optimizer.zero_grad()
    loss(network).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None])
