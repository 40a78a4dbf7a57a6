"""What checkpoints cost: the time between two of them, without and with the writing of one."""

from typing import Any

from epochbudget.benchmarks.base import Benchmark, Row

MODELS = ("OSC_LSTM", "Integral_MLP", "CIFAR10_ResNet")
"""Small, in between, and the largest, at the paper's sizes."""
REPEATS = 5


def measure() -> list[Row]:
    """A ratio of 0.99 is a cost of 1 %."""
    return [_row(label) for label in MODELS]


def _row(label: str) -> Row:
    """The least time between two checkpoints is given; the writing is measured."""
    import statistics
    import time
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import torch

    from epochbudget.config.models import Training
    from epochbudget.training.device import prepare
    from epochbudget.training.store import History, write_checkpoint

    prepare("cpu")
    between, state, seconds = Training().checkpoint_seconds, _state(label), []
    with TemporaryDirectory() as folder:
        for _ in range(REPEATS):
            start = time.perf_counter()
            path = write_checkpoint(Path(folder), History(), state)
            seconds.append(time.perf_counter() - start)
        stored = torch.load(path, weights_only=True)["state"]
    save = statistics.median(seconds)
    return {
        "model": f"{label}, {between:g} s of training",
        "path": "with a checkpoint",
        "threads": torch.get_num_threads(),
        "device": "cpu",
        "reference_ms": 1000 * between,
        "ms": 1000 * (between + save),
        "ratio": between / (between + save),
        "max_abs_difference": max(
            (ours - theirs).abs().max().item()
            for ours, theirs in zip(state["model"].values(), stored["model"].values(), strict=True)
        ),
    }


def _state(label: str) -> dict[str, Any]:
    """What a checkpoint of the model holds: parameters, buffers and AdamW's moments."""
    import torch

    from epochbudget.benchmarks.tools.steps import paper_settings
    from epochbudget.models.deeponet import DeepONet
    from epochbudget.models.lstm import LSTM
    from epochbudget.models.resnet import resnet

    if label == "OSC_LSTM":
        s = paper_settings(label)
        model: torch.nn.Module = LSTM(1, 1, s.horizon, s.hidden, s.layers)
    elif label == "Integral_MLP":
        s = paper_settings(label)
        model = DeepONet(100, s.hidden, s.hidden_layers, s.features)
    else:
        model = resnet(10, 18)
    optimizer = torch.optim.AdamW(model.parameters())
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict()}


BENCHMARK = Benchmark("checkpoints", 7, measure)
