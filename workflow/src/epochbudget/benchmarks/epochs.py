"""What an epoch does besides its steps: the order of the batches, and the validation."""

from epochbudget.benchmarks.base import Benchmark, Row


def measure() -> list[Row]:
    """Index tensors beside a DataLoader, large validation batches, and dead units."""
    return [_batches(), _validation(), _dead_units()]


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


def _dead_units() -> Row:
    """AdamW's steps when 40 % of the moments have shrunk below the normal range of floats.

    So it was in diverged trials of DeepONet's study: a dead unit has no gradient any more.
    """
    import torch
    from torch import Tensor
    from torch.optim import AdamW

    from epochbudget.benchmarks.tools.timing import compare

    size, steps = 4_000_000, 10
    dead = torch.rand(size) < 0.4
    start = torch.randn(size)

    def work(flush: bool) -> Tensor:
        torch.set_flush_denormal(flush)
        weight = start.clone().requires_grad_()
        weight.grad = torch.zeros(size)
        optimizer = AdamW([weight], lr=1e-4, fused=True)
        optimizer.step()
        moments = optimizer.state[weight]
        for name in ("exp_avg", "exp_avg_sq"):
            moments[name].masked_fill_(dead, 5e-39)
        for _ in range(steps):
            optimizer.step()
        return weight.detach()

    name, path = "AdamW with dead units, 10 steps", "subnormal numbers flushed"
    return compare(name, path, lambda: work(False), lambda: work(True), repeats=3)


BENCHMARK = Benchmark("epochs", 4, measure)
