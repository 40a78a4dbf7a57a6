"""The operator networks' steps at the paper's sizes."""

from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from torch import Tensor, nn


def measure() -> list[Row]:
    """DeepONet: a trunk for all functions, beside one for each. TFONet: beside torch's layers."""
    import torch
    from torch.nn.functional import mse_loss

    from epochbudget.benchmarks.tools.steps import compare_steps, paper_settings
    from epochbudget.models.deeponet import DeepONet, DeepONetReference
    from epochbudget.models.tfonet import TFONet, TFONetReference

    m, t = paper_settings("Integral_MLP"), paper_settings("Integral_TF")
    u, y = torch.randn(m.batch_size, 100), torch.linspace(0, 1, 100)
    target = torch.randn(m.batch_size, 100)

    def loss(network: "nn.Module") -> "Tensor":
        return mse_loss(network(u, y), target)

    sizes = (100, m.hidden, m.hidden_layers, m.features)
    deep = DeepONetReference(*sizes), DeepONet(*sizes)
    transformer_sizes = (100, 100, t.d_model, t.heads, t.feedforward, t.layers)
    transformers = TFONetReference(*transformer_sizes), TFONet(*transformer_sizes)
    return [
        compare_steps("Integral_MLP", "trunk once on the queries", *deep, loss, repeats=2),
        compare_steps("Integral_TF", "batch-first, slices", *transformers, loss, repeats=3),
    ]


BENCHMARK = Benchmark("integral", 1, measure)
