"""Lockstep training: many runs of one model as one batched computation.

Small models leave a GPU idle: a step is dozens of launches, each of which takes longer to issue
than to compute. Runs that differ only in method, hyperparameters, seed or budget do the same
operations on tensors of the same shapes, so their parameters are stacked and each operation serves
them all. Members agree with single runs up to rounding: `Trainer.train_epoch` is the reference.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from epochbudget.training.graphs import GraphedStep
from epochbudget.training.loop import EpochResult, Trainer


class Lockstep:
    """Trains its members, an epoch at a time, on their common problem.

    A member is an ordinary `Trainer`: its random streams and its schedule are used as they stand,
    its model and its optimizer's state are read at the start and written back by `sync`. So the
    checkpoint of a member is that of a single run, and either can continue the other's.

    Args:
        members: Runs of one problem that use Adam or AdamW; they may differ in anything else.
        graphs: Replay the step as a CUDA graph.
    """

    def __init__(self, members: Sequence[Trainer], graphs: bool = False) -> None:
        self.members = members
        self.problem = members[0].problem
        # The first member's module is called with each member's parameters in its place.
        self.module = members[0].model
        self.shapes = {name: p.shape for name, p in self.module.named_parameters()}
        # All parameters of a member are one row (M, P), so the optimizer is a few operations.
        self.parameters = _stack([list(m.model.parameters()) for m in members]).requires_grad_()
        self.mean, self.square = (
            _stack([_moments(member, name) for member in members])
            for name in ("exp_avg", "exp_avg_sq")
        )
        self.steps = [_steps(member) for member in members]
        self.buffers = {
            name: torch.stack([dict(m.model.named_buffers())[name] for m in members])
            for name, _ in self.module.named_buffers()
        }
        state = [self.parameters, self.mean, self.square, *self.buffers.values()]
        self._step = GraphedStep(self._plain_step, state) if graphs else self._plain_step

    def train_epoch(self) -> list[EpochResult]:
        """Train every member for one epoch, then validate; one result per member, in order."""
        rates = [member.lr for member in self.members]
        tensors = [torch.stack(own) for own in zip(*(m.epoch() for m in self.members), strict=True)]
        batches = zip(
            *(torch.split(t, self.problem.batch_size, dim=1) for t in tensors), strict=True
        )
        coefficients = self._epoch_coefficients()
        losses = torch.stack(
            [self._step(row, *batch) for row, batch in zip(coefficients, batches, strict=True)]
        )
        scores = [losses.double().mean(dim=0), *(score.double() for score in self._validate())]
        # One copy from the device for all members.
        return [
            EpochResult(train_loss, val_loss, accuracy[0] if accuracy else None, lr)
            for (train_loss, val_loss, *accuracy), lr in zip(
                torch.stack(scores, dim=1).tolist(), rates, strict=True
            )
        ]

    def sync(self) -> None:
        """Write parameters, buffers and the optimizers' state back into the members."""
        for m, member in enumerate(self.members):
            rows = (self._split(t[m].detach()) for t in (self.parameters, self.mean, self.square))
            for parameter, value, mean, square in zip(
                member.model.parameters(), *rows, strict=True
            ):
                parameter.data.copy_(value)
                steps = torch.tensor(self.steps[m], dtype=torch.float32, device=parameter.device)
                # The fused optimizer walks through memory, so moments need the parameter's layout.
                member.optimizer.state[parameter] = {
                    "step": steps,
                    "exp_avg": torch.empty_like(parameter).copy_(mean),
                    "exp_avg_sq": torch.empty_like(parameter).copy_(square),
                }
            for name, buffer in member.model.named_buffers():
                buffer.copy_(self.buffers[name][m])

    def _split(self, row: Tensor) -> list[Tensor]:
        """Rows (..., P) as tensors (..., *shape) of the parameters' shapes."""
        parts = torch.split(row, [shape.numel() for shape in self.shapes.values()], dim=-1)
        shapes = self.shapes.values()
        return [p.view(*row.shape[:-1], *shape) for p, shape in zip(parts, shapes, strict=True)]

    def _plain_step(self, coefficients: Tensor, *batch: Tensor) -> Tensor:
        """One optimizer step of all members; returns their losses (M,) before it.

        AdamW as torch computes it, and Adam too, whose weight decay is 0.

        Args:
            coefficients: (7, M, 1), as `_coefficients` lists them for each member.
            batch: Tensors (M, B, ...).
        """
        decay, new_mean, keep_square, new_square, size, root, epsilon = coefficients
        losses = vmap(self._loss)(self._named(), *batch)
        # No operation mixes members, so the gradient of the sum is each member's own.
        (gradient,) = torch.autograd.grad(losses.sum(), self.parameters)
        with torch.no_grad():
            self.parameters.mul_(decay)
            self.mean.lerp_(gradient, new_mean)
            self.square.mul_(keep_square).addcmul_(gradient * new_square, gradient)
            denominator = (self.square.sqrt() / root).add_(epsilon)
            self.parameters.addcdiv_(self.mean * -size, denominator)
        return losses.detach()

    def _named(self) -> dict[str, Tensor]:
        """Every parameter and buffer by name, with the members in front: (M, ...)."""
        return {**dict(zip(self.shapes, self._split(self.parameters), strict=True)), **self.buffers}

    def _model(self, named: dict[str, Tensor]) -> Callable[..., Tensor]:
        return lambda *arguments: functional_call(self.module, named, arguments)

    def _loss(self, named: dict[str, Tensor], *batch: Tensor) -> Tensor:
        return self.problem.train_loss(self._model(named), *batch)

    def _validate(self) -> tuple[Tensor, ...]:
        """(losses (M,),), or (losses (M,), accuracies (M,))."""

        def scores(named: dict[str, Tensor]) -> tuple[Tensor, ...]:
            loss, accuracy = self.problem.validate(self._model(named))
            return (loss,) if accuracy is None else (loss, accuracy)

        self.module.eval()
        with torch.no_grad():
            result: tuple[Tensor, ...] = vmap(scores)(self._named())
        self.module.train()
        return result

    def _epoch_coefficients(self) -> Tensor:
        """What each step of the epoch needs of the optimizers, (steps, 7, M, 1), on the device.

        Schedules do not look at the training, so they are moved through the epoch beforehand, and
        no step waits for the CPU.
        """
        count = math.ceil(self.problem.train_size / self.problem.batch_size)
        with warnings.catch_warnings():
            # Rightly: the members' own optimizers never step.
            warnings.filterwarnings("ignore", "Detected call of `lr_scheduler.step")
            columns = [self._member_coefficients(m, count) for m in range(len(self.members))]
        table = torch.tensor(columns, dtype=torch.float64).permute(1, 2, 0).unsqueeze(-1)
        return table.to(self.parameters.device, self.parameters.dtype)

    def _member_coefficients(self, m: int, count: int) -> list[list[float]]:
        member = self.members[m]
        rows = []
        for _ in range(count):
            self.steps[m] += 1
            rows.append(_coefficients(member.optimizer.param_groups[0], self.steps[m]))
            member.after_step()
        member.after_epoch()
        return rows


def _coefficients(group: dict[str, Any], step: int) -> list[float]:
    """The numbers of AdamW's step number `step` (from 1) that depend on the member.

    In double precision, whose differences from 1 are exact where those of single precision are not.
    """
    lr, (beta1, beta2) = float(group["lr"]), group["betas"]
    return [
        1 - lr * group["weight_decay"],
        1 - beta1,
        beta2,
        1 - beta2,
        lr / (1 - beta1**step),
        math.sqrt(1 - beta2**step),
        group["eps"],
    ]


def _stack(rows: Sequence[Sequence[Tensor]]) -> Tensor:
    """Rows of tensors as one matrix (M, P)."""
    return torch.stack([torch.cat([t.detach().reshape(-1) for t in row]) for row in rows])


def _moments(member: Trainer, name: str) -> list[Tensor]:
    """A moment of every parameter; zeros before the first step."""
    state = member.optimizer.state
    parameters = list(member.model.parameters())
    return [state[p][name] if p in state else torch.zeros_like(p) for p in parameters]


def _steps(member: Trainer) -> int:
    """Optimizer steps so far."""
    return max((int(state["step"]) for state in member.optimizer.state.values()), default=0)
