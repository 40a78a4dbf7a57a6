"""DeepONet for the integral operator (paper: DeepONet; label Integral_MLP)."""

from itertools import pairwise

import torch
from torch import Tensor, nn


def perceptron(inputs: int, hidden: int, hidden_layers: int, outputs: int) -> nn.Sequential:
    """A multilayer perceptron with GELU after every hidden layer and a linear output."""
    sizes = [inputs] + [hidden] * hidden_layers
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.GELU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], outputs))


class DeepONet(nn.Module):
    """G(u)(y) = <branch(u), trunk(y)> + bias.

    All functions of a batch are queried at the same points, so the trunk runs once for the Q
    points instead of once for each of the B * Q pairs. That changes no value beyond rounding:
    `DeepONetReference` is the plain form.

    Args:
        sensors: Points at which u is known.
        hidden: Units of every hidden layer of both networks.
        hidden_layers: Hidden layers of both networks.
        features: Length of the inner product.
        train_bias: False keeps the bias at its initial value, as in the published runs on a GPU,
            where the bias was no registered parameter.
    """

    bias: Tensor

    def __init__(
        self,
        sensors: int = 100,
        hidden: int = 1024,
        hidden_layers: int = 5,
        features: int = 50,
        train_bias: bool = True,
    ) -> None:
        super().__init__()
        self.branch = perceptron(sensors, hidden, hidden_layers, features)
        self.trunk = perceptron(1, hidden, hidden_layers, features)
        bias = torch.randn(1)
        if train_bias:
            self.bias = nn.Parameter(bias)
        else:
            self.register_buffer("bias", bias)

    def forward(self, u: Tensor, y: Tensor) -> Tensor:
        """Values (B, Q) at the query points `y` (Q,) of functions with sensor values `u` (B, S)."""
        values: Tensor = self.branch(u) @ self.trunk(y.unsqueeze(1)).T + self.bias
        return values


class DeepONetReference(DeepONet):
    """The plain form: the trunk runs for every pair of a function and a query point."""

    def forward(self, u: Tensor, y: Tensor) -> Tensor:
        """As `DeepONet.forward`, position by position."""
        coefficients = self.branch(u)
        columns = []
        for point in y:
            basis = self.trunk(point.expand(len(u), 1))
            columns.append((coefficients * basis).sum(dim=1) + self.bias)
        return torch.stack(columns, dim=1)
