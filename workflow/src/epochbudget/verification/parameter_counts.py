"""Numbers of trained parameters of the paper's architectures, counted by hand."""


def linear(inputs: int, outputs: int) -> int:
    """A linear layer with its bias."""
    return inputs * outputs + outputs


def lstm_stack(inputs: int, hidden: int, layers: int) -> int:
    """Four gates, each with input weights, hidden weights and two biases."""
    first = 4 * (inputs * hidden + hidden * hidden + 2 * hidden)
    return first + (layers - 1) * 4 * (2 * hidden * hidden + 2 * hidden)


def lstm(inputs: int, outputs: int, hidden: int = 128, layers: int = 3) -> int:
    """Encoder, decoder that reads its own output, and linear head."""
    stacks = lstm_stack(inputs, hidden, layers) + lstm_stack(outputs, hidden, layers)
    return stacks + linear(hidden, outputs)


def deeponet(sensors: int = 100, width: int = 1024, layers: int = 5, features: int = 50) -> int:
    """Branch, trunk, and the bias of their inner product."""

    def network(inputs: int) -> int:
        hidden = linear(inputs, width) + (layers - 1) * linear(width, width)
        return hidden + linear(width, features)

    return network(sensors) + network(1) + 1


def attention(width: int) -> int:
    """Queries, keys, values and the output."""
    return 4 * linear(width, width)


def tfonet(width: int = 128, feedforward: int = 512, layers: int = 3) -> int:
    """Encoder on u, decoder on y, embeddings and head; norms have two vectors each."""
    hidden, norm = linear(width, feedforward) + linear(feedforward, width), 2 * width
    encoder = attention(width) + hidden + 2 * norm
    decoder = 2 * attention(width) + hidden + 3 * norm
    return 2 * linear(1, width) + layers * (encoder + decoder) + linear(width, 1)


def cnn(channels: int = 128, hidden: int = 512, classes: int = 10) -> int:
    """Three 3x3 convolutions, each followed by halving the image, and two linear layers."""
    convolutions = channels * (3 * 9 + 1) + 2 * channels * (channels * 9 + 1)
    return convolutions + linear(channels * 4 * 4, hidden) + linear(hidden, classes)


def resnet(blocks: tuple[int, ...] = (2, 2, 2, 2), wide: bool = False, classes: int = 10) -> int:
    """Convolutions without biases, each followed by a normalisation with two vectors.

    Args:
        blocks: Blocks of each stage.
        wide: Whether a block is a bottleneck (ResNet-50) instead of two 3x3 convolutions.
        classes: Outputs.
    """

    def convolution(inputs: int, outputs: int, kernel: int) -> int:
        return inputs * outputs * kernel**2 + 2 * outputs

    total, inputs = convolution(3, 64, 3), 64
    for stage, count in enumerate(blocks):
        width = 64 * 2**stage
        outputs = 4 * width if wide else width
        for block in range(count):
            if wide:
                total += convolution(inputs, width, 1) + convolution(width, width, 3)
                total += convolution(width, outputs, 1)
            else:
                total += convolution(inputs, width, 3) + convolution(width, width, 3)
            if block == 0 and (stage > 0 or wide):
                total += convolution(inputs, outputs, 1)
            inputs = outputs
    return total + linear(inputs, classes)


def vit(width: int = 192, patch: int = 4, depth: int = 6, classes: int = 10) -> int:
    """Patch embedding, class token, positions, pre-norm layers, final norm and head."""
    norm, patches = 2 * width, (32 // patch) ** 2
    layer = attention(width) + linear(width, 4 * width) + linear(4 * width, width) + 2 * norm
    embedding = linear(3 * patch * patch, width) + width + (patches + 1) * width
    return embedding + depth * layer + norm + linear(width, classes)
