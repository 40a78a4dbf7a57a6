"""One LSTM layer, unrolled in time: the cell forward and backward on buffers that are made once."""

import torch
from torch import Tensor

sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
tanh_backward = torch.ops.aten.tanh_backward.grad_input


def product(left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """Matrix product into `out`; of each member, if there is a leading dimension of members."""
    return torch.bmm(left, right, out=out) if out.dim() == 3 else torch.mm(left, right, out=out)


def add_product(start: Tensor, left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    """`start` plus the matrix product, into `out`; members as in `product`."""
    if out.dim() == 3:
        return torch.baddbmm(start, left, right, out=out)
    return torch.addmm(start, left, right, out=out)


def product_over_time(rows: Tensor, gradients: Tensor) -> Tensor:
    """The gradient (K, N) of weights that multiply `rows` (T, B, K), from that of the results.

    One matrix product instead of one for each step.
    """
    return rows.flatten(-3, -2).mT @ gradients.flatten(-3, -2)


def pack(w_x: Tensor, w_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
    """The weights of a layer as one matrix (I + H + 1, 4 H) for rows [input, hidden, 1].

    The bias is thus a row of the weights, and its gradient a row of theirs. torch orders the gates
    input, forget, cell, output; here the output comes first: then one sigmoid serves the first
    three, and the last three take their gradient from the cell state's.
    """
    weights = torch.cat([w_x, w_h, (b_x + b_h).unsqueeze(1)], dim=1)
    return weights.T.roll(w_h.shape[1], dims=1).contiguous()


class UnrolledLayer:
    """Inputs, gates and states of one layer at all T time steps, and their gradients.

    Every tensor may have a leading dimension of members, each with its own weights.

    Args:
        weights: Packed weights (I + H + 1, 4 H), for their shape, type and device.
        steps: T.
        batch: Samples, B.
        keep: Whether a backward pass may follow. If not, all time steps share the memory of one.
    """

    def __init__(self, weights: Tensor, steps: int, batch: int, keep: bool) -> None:
        self.steps, self.hidden_size = steps, weights.shape[-1] // 4
        self.inputs = weights.shape[-2] - self.hidden_size - 1
        self._members = weights.shape[:-2]
        hidden, shape = self.hidden_size, (*self._members, steps + 1 if keep else 1, batch)
        # The row that step t multiplies with the weights is [input(t), hidden(t - 1), 1].
        self.rows = weights.new_empty(*shape, weights.shape[-2])
        self.rows[..., -1] = 1
        self.row = self._each(self.rows)
        self.input = self._each(self.rows[..., : self.inputs])
        self.hidden = self._each(self.rows[..., self.inputs : -1])
        self.hidden_and_one = self._each(self.rows[..., self.inputs :])
        self.gates = weights.new_empty(*shape, 4, hidden)
        self.gate = self._each(self.gates.flatten(-2))
        self.sigmoids = self._each(self.gates[..., :3, :])
        self.output, self.new, self.forget, self.candidate = map(self._each, self.gates.unbind(-2))
        self.cells, self.tanh_cells = weights.new_empty(2, *shape, hidden).unbind()
        self.cell, self.tanh_cell = self._each(self.cells), self._each(self.tanh_cells)
        if keep:
            self.slopes = torch.empty_like(self.cells)
            self.slope = self._each(self.slopes)
            self.gate_gradients = torch.empty_like(self.gates)
            self.gate_gradient = self._each(self.gate_gradients.flatten(-2))
            self.output_gradient = self._each(self.gate_gradients[..., 0, :])
            self.other_gradients = self._each(self.gate_gradients[..., 1:, :])

    def _each(self, values: Tensor) -> list[Tensor]:
        """A view for each step; to make it costs as much as to use it."""
        slots = values.unbind(len(self._members))
        return [slots[t % len(slots)] for t in range(self.steps + 1)]

    def _steps(self, values: Tensor) -> Tensor:
        """Without the last slot, which only holds the states after the last step."""
        return values.narrow(len(self._members), 0, self.steps)

    def forward(self, t: int, weights: Tensor) -> Tensor:
        """The hidden state (B, H) after step `t`, whose input and previous states are in place."""
        product(self.row[t], weights, out=self.gate[t])
        self.sigmoids[t].sigmoid_()
        candidate = self.candidate[t].tanh_()
        cell = torch.mul(self.forget[t], self.cell[t], out=self.cell[t + 1])
        cell.addcmul_(self.new[t], candidate)
        tanh_cell = torch.tanh(cell, out=self.tanh_cell[t])
        return torch.mul(self.output[t], tanh_cell, out=self.hidden[t + 1])

    def start_backward(self, weights: Tensor, input_gradient: bool) -> None:
        """Compute all factors that depend on no gradient, and set the states' gradients to zero.

        The gate gradients start as the derivatives, with respect to the gates before their
        activations, of the hidden state (output gate) and of the cell state (the other three); the
        slopes are the hidden state's derivatives with respect to the cell state.

        Args:
            weights: As in the forward pass.
            input_gradient: Whether the gradient of the input is asked for.
        """
        output, new, forget, candidate = self._steps(self.gates).unbind(-2)
        factors = self._steps(self.gate_gradients).unbind(-2)
        cells, tanh_cells, slopes = map(self._steps, (self.cells, self.tanh_cells, self.slopes))
        sigmoid_backward(tanh_cells, output, grad_input=factors[0])
        sigmoid_backward(candidate, new, grad_input=factors[1])
        sigmoid_backward(cells, forget, grad_input=factors[2])
        tanh_backward(new, candidate, grad_input=factors[3])
        tanh_backward(output, tanh_cells, grad_input=slopes)

        first = 0 if input_gradient else self.inputs
        self.transposed = weights[..., first:-1, :].mT.contiguous()
        self.cell_gradient = weights.new_zeros(self.cell[0].shape)
        self.cell_gradient_for_three = self.cell_gradient.unsqueeze(-2)
        self.total = torch.empty_like(self.cell_gradient)
        width = self.transposed.shape[-1]
        self.row_gradient = weights.new_zeros(*self.cell_gradient.shape[:-1], width)
        self.input_gradient = self.row_gradient[..., : -self.hidden_size]
        self.hidden_gradient = self.row_gradient[..., -self.hidden_size :]

    def backward(self, t: int, hidden_gradient: Tensor) -> None:
        """From the gradient (B, H) of the hidden state after step `t` to those before the step."""
        self.cell_gradient.addcmul_(hidden_gradient, self.slope[t])
        self.output_gradient[t].mul_(hidden_gradient)
        self.other_gradients[t].mul_(self.cell_gradient_for_three)
        self.cell_gradient.mul_(self.forget[t])
        product(self.gate_gradient[t], self.transposed, out=self.row_gradient)

    def weight_gradient(self) -> Tensor:
        """Gradient of the packed weights, after all steps backward."""
        return product_over_time(
            self._steps(self.rows), self._steps(self.gate_gradients).flatten(-2)
        )
