"""The LSTM's step at the paper's size."""

from epochbudget.benchmarks.base import Benchmark, Row


def measure() -> list[Row]:
    """Both networks unrolled by hand, beside torch's LSTM, in the decoder step by step."""
    import torch
    from torch import Tensor, nn
    from torch.nn.functional import huber_loss

    from epochbudget.benchmarks.tools.steps import compare_steps, paper_settings
    from epochbudget.models.lstm import LSTM, LSTMReference

    s = paper_settings("OSC_LSTM")
    sizes = (1, 1, s.horizon, s.hidden, s.layers)
    history = torch.randn(s.batch_size, s.history, 1)
    target = torch.randn(s.batch_size, s.horizon, 1)

    def loss(network: nn.Module) -> Tensor:
        return huber_loss(network(history), target)

    path = "unrolled by hand"
    return [compare_steps("OSC_LSTM", path, LSTMReference(*sizes), LSTM(*sizes), loss, repeats=9)]


BENCHMARK = Benchmark("osc_lstm", 2, measure)
