"""The small convolutional network for images (paper: SimpleCNN; labels *_CNN)."""

from torch import Tensor, nn

from epochbudget.models.layers.slices import in_slices

SLICE = 32
"""Images that the CPU convolves at a time."""


class SimpleCNN(nn.Module):
    """Blocks of (3x3 convolution, ReLU, 2x2 max-pool), then one hidden linear layer.

    ReLU is monotone, so it runs after the max-pool, on a quarter of the values; outputs and
    gradients are exactly those of the paper's order, which `SimpleCNNReference` keeps.

    Args:
        classes: Number of classes.
        channels: Channels of every convolution.
        blocks: Number of blocks; each halves the image.
        hidden: Units of the hidden linear layer.
        image_size: Height and width of the images in pixels.
    """

    def __init__(
        self,
        classes: int = 10,
        channels: int = 128,
        blocks: int = 3,
        hidden: int = 512,
        image_size: int = 32,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for block in range(blocks):
            before = channels if block else 3
            layers += [nn.Conv2d(before, channels, 3, padding=1), *self.between()]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.classifier = nn.Sequential(
            nn.Linear(channels * (image_size // 2**blocks) ** 2, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )

    def between(self) -> list[nn.Module]:
        """What follows each convolution."""
        return [nn.MaxPool2d(2), nn.ReLU()]

    def forward(self, images: Tensor) -> Tensor:
        """Class scores (B, classes) of `images` (B, 3, image_size, image_size)."""
        scores: Tensor = self.classifier(in_slices(self.features, images, SLICE))
        return scores


class SimpleCNNReference(SimpleCNN):
    """The plain form, in the paper's order."""

    def between(self) -> list[nn.Module]:
        """What follows each convolution."""
        return [nn.ReLU(), nn.MaxPool2d(2)]

    def forward(self, images: Tensor) -> Tensor:
        """As `SimpleCNN.forward`."""
        scores: Tensor = self.classifier(self.features(images))
        return scores
