"""The transformer operator network's step at the paper's size."""

from epochbudget.benchmarks.base import Benchmark, Row


def measure() -> list[Row]:
    """Our form beside torch's own layers."""
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import mse_loss

    from epochbudget.benchmarks.tools.steps import compare_steps, paper_settings
    from epochbudget.models.tfonet import TFONet, TFONetReference

    s = paper_settings("Integral_TF")
    sizes = (100, 100, s.d_model, s.heads, s.feedforward, s.layers)
    u, y = torch.randn(s.batch_size, 100), torch.linspace(0, 1, 100)
    target = torch.randn(s.batch_size, 100)

    def loss(network: nn.Module) -> Tensor:
        return mse_loss(network(u, y), target)

    path = "batch-first attention, slices"
    forms = TFONetReference(*sizes), TFONet(*sizes)
    return [compare_steps("Integral_TF", path, *forms, loss, repeats=3)]


BENCHMARK = Benchmark("integral_tf", 3, measure)
