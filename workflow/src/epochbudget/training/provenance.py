"""Where a result comes from: versions, machine, device, time."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from epochbudget.training.progress import now

if TYPE_CHECKING:
    import torch

PACKAGES = (
    *("torch", "numpy", "optuna", "numba", "pyarrow"),
    *("prodigyopt", "dadaptation", "schedulefree"),
)


def provenance(device: "torch.device") -> dict[str, Any]:
    """Versions, machine and device of this process, and the time."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": _name(device),
        "versions": {name: _version(name) for name in PACKAGES},
        "time": now(),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _name(device: "torch.device") -> str:
    import torch

    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return f"{device} ({platform.processor() or platform.machine()})"
