"""Optimizers without torch's compiler: a run's first step comes seconds earlier.

torch.optim imports torch._dynamo (and with it sympy and more) to tell the compiler where not to
compile, whether anything is compiled or not: as long again as importing torch itself, in every
job. A stand-in says the same to nobody. It steps aside for the real module as soon as anybody asks
for more of it, so torch.compile works as ever.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"


class StandIn(ModuleType):
    """What eager torch.optim asks of torch._dynamo."""

    @staticmethod
    def graph_break(msg: str = "") -> None:
        """Nothing is being compiled."""

    @staticmethod
    def disable(
        fn: Callable[..., Any], recursive: bool = True, **options: Any
    ) -> Callable[..., Any]:
        """Nothing is being compiled, so a function is already what it is to be."""
        return fn

    def __getattr__(self, name: str) -> Any:
        """Anything else is the real module's: put it in place and hand over."""
        # The import system asks for many special names, but for the path only before it imports a
        # submodule.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(_real(), name)


def _real() -> ModuleType:
    import torch

    if isinstance(sys.modules.get(NAME), StandIn):
        del sys.modules[NAME]
    module = import_module(NAME)
    torch._dynamo = module
    return module


def install() -> None:
    """Put the stand-in in place, unless the real module is loaded already."""
    import torch

    if NAME not in sys.modules:
        stand_in = StandIn(NAME)
        sys.modules[NAME] = stand_in
        torch._dynamo = stand_in
