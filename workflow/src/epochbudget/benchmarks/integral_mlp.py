"""The DeepONet's step and validation at the paper's size."""

from epochbudget.benchmarks.base import Benchmark, Row


def measure() -> list[Row]:
    """A trunk that runs once for all functions, beside one that runs for every pair."""
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import mse_loss

    from epochbudget.benchmarks.tools.steps import compare_steps, paper_settings
    from epochbudget.models.deeponet import DeepONet, DeepONetReference

    settings = paper_settings("Integral_MLP")
    sizes = (100, settings.hidden, settings.hidden_layers, settings.features)
    u, y = torch.randn(settings.batch_size, 100), torch.linspace(0, 1, 100)
    target = torch.randn(settings.batch_size, 100)

    def loss(network: nn.Module) -> Tensor:
        return mse_loss(network(u, y), target)

    path = "trunk once on the queries"
    forms = DeepONetReference(*sizes), DeepONet(*sizes)
    return [compare_steps("Integral_MLP", path, *forms, loss, repeats=2)]


BENCHMARK = Benchmark("integral_mlp", 1, measure)
