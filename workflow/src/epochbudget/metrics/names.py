"""The paper's names of the models, by the labels of their curve files."""

_PUBLISHED = {
    "OSC_LSTM": "LSTM",
    "Integral_MLP": "DeepONet",
    "Integral_TF": "TraONet",
    "CIFAR10_CNN": "CNN",
}


def model_name(label: str) -> str:
    """The name of a model in metric tables: the published one, else the label itself."""
    return _PUBLISHED.get(label, label)
