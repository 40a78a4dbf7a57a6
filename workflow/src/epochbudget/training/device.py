"""The one place that chooses and prepares the device."""

import os
from typing import TYPE_CHECKING

from epochbudget.errors import UserError

if TYPE_CHECKING:
    import torch


def prepare(name: str) -> "torch.device":
    """Choose the device, and make torch deterministic on it.

    On the CPU a run uses one thread: results then do not depend on the number of cores, and
    several runs side by side are faster than one run on several threads.

    Args:
        name: "auto", "cpu", "cuda" or "cuda:N".

    Raises:
        UserError: If there is no such device.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS needs it for determinism
    import torch

    from epochbudget import light_torch

    light_torch.install()
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    allowed = ["auto", "cpu", *(["cuda"] if count else []), *(f"cuda:{i}" for i in range(count))]
    if name not in allowed:
        raise UserError(
            f"training.device: found {name!r}, allowed on this machine are {', '.join(allowed)}",
            "use auto or cpu, or run where there is a GPU that torch can use",
        )
    torch.set_num_threads(1)
    # As torch.use_deterministic_algorithms(True), without its import of the compiler.
    torch.set_deterministic_debug_mode("error")
    torch.backends.cudnn.benchmark = False
    # Nothing reads memory before it is written, and filling all of it first takes time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    # Units that died leave Adam's moments to shrink below the normal range of floats (1e-38), where
    # a processor is many times slower. As 0 they move no weight either.
    torch.set_flush_denormal(True)
    if name == "auto":
        name = "cuda" if count else "cpu"
    device = torch.device(name)
    if device.type == "cuda":
        torch.cuda.set_device(device)  # streams and graphs belong to the current device
    return device
