"""The encoder-decoder LSTM, unrolled in time, with a backward pass written by hand."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from epochbudget.models.layers.lstm_layer import (
    UnrolledLayer,
    add_product,
    product,
    product_over_time,
)


class Stack:
    """Layers on top of one another.

    Args:
        weights: Packed weights of each layer.
        steps: Time steps, T.
        batch: Samples, B.
        keep: Whether a backward pass may follow.
    """

    def __init__(self, weights: Sequence[Tensor], steps: int, batch: int, keep: bool) -> None:
        self.steps = steps
        self.layers = [UnrolledLayer(own, steps, batch, keep) for own in weights]
        self.bottom, self.top = self.layers[0], self.layers[-1]

    def forward(self, t: int, weights: Sequence[Tensor]) -> None:
        """Step `t`, whose input is in place in the bottom layer."""
        hidden = self.bottom.forward(t, weights[0])
        for layer, own in zip(self.layers[1:], weights[1:], strict=True):
            layer.input[t].copy_(hidden)
            hidden = layer.forward(t, own)

    def start_backward(self, weights: Sequence[Tensor], input_gradient: bool) -> None:
        """As `UnrolledLayer.start_backward`; `input_gradient` is about the bottom layer's input."""
        for layer, own in zip(self.layers, weights, strict=True):
            layer.start_backward(own, input_gradient or layer is not self.bottom)

    def backward(self, t: int, hidden_gradient: Tensor) -> None:
        """Step `t`, from the gradient (B, H) of the top layer's hidden state after it."""
        self.top.backward(t, hidden_gradient)
        for upper, layer in zip(self.layers[:0:-1], self.layers[-2::-1], strict=True):
            total = torch.add(upper.input_gradient, layer.hidden_gradient, out=layer.total)
            layer.backward(t, total)


class Tape:
    """What one forward pass leaves for its backward pass.

    Args:
        history: As in `EncoderDecoder`, for its shape.
        horizon: Steps of the decoder.
        weights: As in `EncoderDecoder`, for their shapes.
        keep: Whether a backward pass may follow.
    """

    def __init__(
        self, history: Tensor, horizon: int, weights: Sequence[Tensor], keep: bool
    ) -> None:
        batch, steps = history.shape[-3:-1]
        self.layers = len(weights) // 2
        self.encoder = Stack(weights[: self.layers], steps, batch, keep)
        self.decoder = Stack(weights[self.layers :], horizon, batch, keep)
        self.passes = 0
        self.waiting = False

    def forward(self, history: Tensor, head: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """As `EncoderDecoder`."""
        self.passes += 1
        self.waiting = True
        encoder, decoder = self.encoder, self.decoder
        for layer in encoder.layers:
            layer.hidden[0].zero_()
            layer.cell[0].zero_()
        for t, values in enumerate(history.unbind(dim=-2)):
            encoder.bottom.input[t].copy_(values)
            encoder.forward(t, weights[: self.layers])
        for ours, theirs in zip(decoder.layers, encoder.layers, strict=True):
            ours.hidden[0].copy_(theirs.hidden[encoder.steps])
            ours.cell[0].copy_(theirs.cell[encoder.steps])
        decoder.bottom.input[0].zero_()
        predictions = history.new_empty(
            *history.shape[:-3], decoder.steps, history.shape[-3], head.shape[-1]
        )
        for t, value in enumerate(predictions.unbind(dim=-3)):
            decoder.forward(t, weights[self.layers :])
            product(decoder.top.hidden_and_one[t + 1], head, out=value)
            decoder.bottom.input[t + 1].copy_(value)
        return predictions.transpose(-3, -2)

    def backward(
        self, gradient: Tensor, head: Tensor, weights: Sequence[Tensor], history: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Gradients of head and weights.

        Args:
            gradient: Of the predictions.
            head: As in the forward pass.
            weights: As in the forward pass.
            history: Receives the gradient of the history, if it is asked for.
        """
        encoder, decoder = self.encoder, self.decoder
        top = decoder.top
        decoder.start_backward(weights[self.layers :], input_gradient=True)
        encoder.start_backward(weights[: self.layers], input_gradient=history is not None)
        # A prediction is also the next step's input, whose gradient is added on the way.
        gradients = gradient.transpose(-3, -2).clone(memory_format=torch.contiguous_format)
        values = gradients.unbind(dim=-3)
        transposed = head[..., :-1, :].mT
        for t in reversed(range(decoder.steps)):
            if t + 1 < decoder.steps:
                values[t].add_(decoder.bottom.input_gradient)
            total = add_product(top.hidden_gradient, values[t], transposed, out=top.total)
            decoder.backward(t, total)
        for ours, theirs in zip(encoder.layers, decoder.layers, strict=True):
            ours.hidden_gradient.copy_(theirs.hidden_gradient)
            ours.cell_gradient.copy_(theirs.cell_gradient)
        for t in reversed(range(encoder.steps)):
            encoder.backward(t, encoder.top.hidden_gradient)
            if history is not None:
                history[..., t, :].copy_(encoder.bottom.input_gradient)
        self.waiting = False
        of_head = product_over_time(top.rows[..., 1:, :, top.inputs :], gradients)
        layers = encoder.layers + decoder.layers
        return of_head, [layer.weight_gradient() for layer in layers]


class Tapes:
    """Keeps the tapes of training steps for the next ones, one for each shape of a batch.

    Fresh memory of that size costs a sixth of a training step on the CPU, for page faults, and a
    CUDA graph needs its memory to stay where it is. A tape that still waits for its backward pass
    is not used again. Copies of a model begin without.
    """

    def __init__(self) -> None:
        self._kept: dict[Any, Tape] = {}

    def __reduce__(self) -> tuple[type["Tapes"], tuple[()]]:
        return Tapes, ()

    def take(self, history: Tensor, horizon: int, weights: Sequence[Tensor]) -> Tape:
        """A tape for a forward and a backward pass; arguments as for `Tape`."""
        needs = (history.shape, horizon, history.dtype, history.device)
        tape = self._kept.get(needs)
        if tape is None or tape.waiting:
            tape = self._kept[needs] = Tape(history, horizon, weights, keep=True)
        return tape


class Pass:
    """One forward pass and its backward passes, if gradients are enabled at its start.

    Args:
        tapes: Where the tape comes from.
        horizon: Steps of the decoder.
    """

    tape: Tape
    number: int

    def __init__(self, tapes: Tapes, horizon: int) -> None:
        self.tapes, self.horizon = tapes, horizon
        self.keep = torch.is_grad_enabled()

    def forward(self, history: Tensor, head: Tensor, weights: Sequence[Tensor]) -> Tensor:
        """As `EncoderDecoder`."""
        if not self.keep:
            tape = Tape(history, self.horizon, weights, keep=False)
            return tape.forward(history, head, weights)
        self.tape = self.tapes.take(history, self.horizon, weights)
        predictions = self.tape.forward(history, head, weights)
        self.number = self.tape.passes
        return predictions

    def backward(
        self, gradient: Tensor, head: Tensor, weights: Sequence[Tensor], history: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """As `Tape.backward`.

        Raises:
            RuntimeError: If a later forward pass has overwritten the tape, which can happen only
                after a first backward pass.
        """
        if self.number != self.tape.passes:
            raise RuntimeError("the LSTM has run forward again since this graph's first backward")
        return self.tape.backward(gradient, head, weights, history)


class EncoderDecoder(torch.autograd.Function):
    """Predictions (B, horizon, O) from a history (B, T, I).

    Called with a `Pass`, the history, the packed head (H + 1, O) and the packed weights of the
    encoder's layers, then of the decoder's. All tensors may have a leading dimension of members,
    and `torch.vmap` gives them one.
    """

    @staticmethod
    def forward(run: Pass, history: Tensor, head: Tensor, *weights: Tensor) -> Tensor:
        """See the class."""
        return run.forward(history, head, weights)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        """Keep the pass, with its tape, and the weights."""
        ctx.run, history, *tensors = inputs
        ctx.history_shape = history.shape
        ctx.save_for_backward(*tensors)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of the history, if it is asked for, the head and the weights."""
        head, *weights = ctx.saved_tensors
        history = gradient.new_empty(ctx.history_shape) if ctx.needs_input_grad[1] else None
        of_head, of_weights = ctx.run.backward(gradient, head, weights, history)
        return None, history, of_head, *of_weights

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> tuple[Tensor, int]:
        """Members first; what they share is expanded."""
        run, *tensors = inputs
        stacked = [
            value.expand(info.batch_size, *value.shape) if dim is None else value.movedim(dim, 0)
            for value, dim in zip(tensors, in_dims[1:], strict=True)
        ]
        predictions: Tensor = EncoderDecoder.apply(run, *stacked)  # type: ignore[no-untyped-call]
        return predictions, 0
