"""CUDA graphs: a training step is recorded once and replayed with a single launch."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class GraphedStep:
    """A step that is replayed as a CUDA graph, one graph for each shape of its arguments.

    Args:
        step: Takes tensors, changes `state` in place, returns a tensor; never waits for the GPU.
        state: Every tensor that the step changes, so that recording it leaves no trace.
    """

    WARM_UP = 3
    """Steps before the recording, in which libraries allocate what they need (torch's advice)."""

    def __init__(self, step: Callable[..., Tensor], state: Sequence[Tensor]) -> None:
        self.step = step
        self.state = state
        self.graphs: dict[
            tuple[torch.Size, ...], tuple[torch.cuda.CUDAGraph, list[Tensor], Tensor]
        ] = {}

    def __call__(self, *arguments: Tensor) -> Tensor:
        """What `step(*arguments)` does and returns."""
        shapes = tuple(argument.shape for argument in arguments)
        if shapes not in self.graphs:
            self.graphs[shapes] = self._record(arguments)
        graph, places, result = self.graphs[shapes]
        for place, argument in zip(places, arguments, strict=True):
            place.copy_(argument)
        graph.replay()
        return result.clone()

    def _record(
        self, arguments: Sequence[Tensor]
    ) -> tuple[torch.cuda.CUDAGraph, list[Tensor], Tensor]:
        places = [argument.clone() for argument in arguments]
        before = [tensor.detach().clone() for tensor in self.state]
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(self.WARM_UP):
                self.step(*places)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = self.step(*places)
        with torch.no_grad():
            for tensor, value in zip(self.state, before, strict=True):
                tensor.copy_(value)
        return graph, places, result
