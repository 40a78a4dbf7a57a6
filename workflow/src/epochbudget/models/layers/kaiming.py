"""Kaiming-normal initialisation."""

from torch import nn


def kaiming_normal(network: nn.Module) -> nn.Module:
    """Draw the weights of all convolutions and linear layers anew; their biases become 0.

    Normal with variance 2 / fan_in (He et al., arXiv 1502.01852); batch norms stay at 1 and 0.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
