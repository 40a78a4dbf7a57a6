"""Import torchvision beside a torch without CUDA.

The wheel that package indexes serve is linked against CUDA libraries. With a CPU build of torch
they are missing, its C++ operators stay undeclared, and the import ends with "operator
torchvision::nms does not exist". Nothing here calls those operators, so declaring them is enough.
"""

import sys
from importlib import import_module
from types import ModuleType

_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_OPERATORS = ("torchvision::nms", "torchvision::qnms")


def load_torchvision() -> ModuleType:
    """The torchvision package, whichever build of torch and torchvision is installed.

    Returns:
        The imported package; datasets, models and transforms work, the box operators may not.

    Raises:
        ImportError: If torchvision is not installed.
        RuntimeError: If the import fails for a reason other than the missing operators.
    """
    try:
        return import_module("torchvision")
    except RuntimeError as error:
        if not any(f"operator {name} does not exist" in str(error) for name in _OPERATORS):
            raise
    for name in [n for n in sys.modules if n.partition(".")[0] == "torchvision"]:
        del sys.modules[name]  # the first attempt leaves half-imported modules behind
    _declare_operators()
    return import_module("torchvision")


def _declare_operators() -> None:
    """Declare the operators that torchvision's Python code refers to while it is imported."""
    import torch

    for name in _OPERATORS:
        if not hasattr(torch.ops.torchvision, name.partition("::")[2]):
            torch.library.define(name, _SCHEMA)
