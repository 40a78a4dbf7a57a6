"""What an epoch does besides its steps: the order of the batches, and the validation."""

from epochbudget.benchmarks.base import Benchmark, Row


def measure() -> list[Row]:
    """Whole index tensors beside a DataLoader, and large validation batches beside small ones."""
    return [_batches(), _validation()]


def _batches() -> Row:
    import torch
    from torch import Generator, Tensor
    from torch.utils.data import DataLoader, TensorDataset

    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.training.batches import epoch_order

    size, batch = 8000, 128
    u, target = torch.randn(size, 100), torch.randn(size, 100)

    def reference() -> Tensor:
        data, generator = TensorDataset(u, target), Generator().manual_seed(1)
        loader = DataLoader(data, batch, shuffle=True, generator=generator)
        return torch.stack([a.sum() + b.sum() for a, b in loader])

    def fast() -> Tensor:
        order = epoch_order(size, Generator().manual_seed(1))
        return torch.stack([u[i].sum() + target[i].sum() for i in torch.split(order, batch)])

    return compare("batches of Integral_MLP, an epoch", "whole index tensors", reference, fast)


def _validation() -> Row:
    import torch
    from torch import Tensor
    from torch.nn.functional import mse_loss

    from epochbudget.benchmarks.tools.steps import paper_settings
    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.models.deeponet import DeepONet
    from epochbudget.tasks.problems.regression import OperatorSamples, RegressionProblem

    s = paper_settings("Integral_MLP")
    network = DeepONet(100, s.hidden, s.hidden_layers, s.features)
    u, target, y = torch.randn(2000, 100), torch.randn(2000, 100), torch.linspace(0, 1, 100)
    data = OperatorSamples(u, target, y)
    problem = RegressionProblem(
        lambda: network, data, data, mse_loss, s.batch_size, torch.device("cpu")
    )

    def validate(batches: int) -> Tensor:
        problem.validation_batches = batches
        with torch.no_grad():
            return problem.validate(network)[0]

    usual = problem.validation_batches
    path = f"{usual} batches at once"
    return compare("validation of Integral_MLP", path, lambda: validate(1), lambda: validate(usual))


BENCHMARK = Benchmark("epochs", 4, measure)
