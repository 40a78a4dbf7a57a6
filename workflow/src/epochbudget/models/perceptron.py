"""The perceptron of a tutorial on schedules (label Tutorial_MLP)."""

from torch import Tensor, nn


class Perceptron(nn.Module):
    """A hidden layer with ReLU, then class scores.

    Args:
        inputs: Values of a sample.
        hidden: Units of the hidden layer.
        classes: Number of classes.
    """

    def __init__(self, inputs: int = 784, hidden: int = 128, classes: int = 10) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        )

    def forward(self, samples: Tensor) -> Tensor:
        """Class scores (B, classes) of `samples` (B, inputs)."""
        scores: Tensor = self.layers(samples)
        return scores
