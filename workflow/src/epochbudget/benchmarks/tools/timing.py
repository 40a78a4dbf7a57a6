"""Two ways to the same result, timed beside each other."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from epochbudget.benchmarks.base import Row
from epochbudget.training.device import prepare

Result = Tensor | NDArray[Any]


def compare(
    model: str,
    path: str,
    reference: Callable[[], Result],
    fast: Callable[[], Result],
    repeats: int = 5,
    device: str = "cpu",
) -> Row:
    """Time both ways in turns, so that a busy machine is busy for both; medians of wall time.

    The first call of each warms up, and its result is compared.

    Args:
        model: What is computed.
        path: What makes the fast way fast.
        reference: The plain way; returns something that the other way returns as well.
        fast: The fast way.
        repeats: Timed calls of each.
        device: What the work is done on; one thread on a CPU.
    """
    prepare(device)
    plain, result = reference(), fast()
    pairs = [(_seconds(reference, device), _seconds(fast, device)) for _ in range(repeats)]
    slow, quick = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        "model": model,
        "path": path,
        "threads": torch.get_num_threads(),
        "device": device,
        "reference_ms": 1000 * slow,
        "ms": 1000 * quick,
        "ratio": slow / quick,
        "max_abs_difference": _difference(plain, result),
    }


def _seconds(work: Callable[[], Result], device: str) -> float:
    start = time.perf_counter()
    work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _difference(one: Result, other: Result) -> float:
    arrays = [np.asarray(r.detach().cpu() if isinstance(r, Tensor) else r) for r in (one, other)]
    return float(np.abs(arrays[0].astype(float) - arrays[1].astype(float)).max())
