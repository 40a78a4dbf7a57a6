"""The paper's names of its models, by the labels of their curve files."""

PUBLISHED = {
    "OSC_LSTM": "LSTM",
    "Integral_MLP": "DeepONet",
    "Integral_TF": "TraONet",
    "CIFAR10_CNN": "CNN",
}
"""Models with published numbers."""


def model_name(label: str) -> str:
    """The name of a model in metric tables: the published one, else the label itself."""
    return PUBLISHED.get(label, label)
