"""Requests to end: preemption and time limits announce themselves by a signal."""

import os
import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)
PARENT = os.getppid()


class EndRequest:
    """Notes SIGTERM and SIGUSR1 while it is entered, so that an epoch can end.

    A process whose parent has died is asked to end as well: whoever started it starts it again.

    Args:
        forward: Called with the number of each signal, for example to tell worker processes.
    """

    def __init__(self, forward: Callable[[int], None] = lambda number: None) -> None:
        self.forward = forward
        self.number = 0

    @property
    def asked(self) -> int:
        """The number of the signal, 0 if there was none."""
        if not self.number and os.getppid() != PARENT:
            self.number = signal.SIGTERM
        return self.number

    def __enter__(self) -> "EndRequest":
        self._before = [signal.signal(number, self._note) for number in SIGNALS]
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self.forward(number)

    def __exit__(self, *exception: object) -> None:
        for number, handler in zip(SIGNALS, self._before, strict=True):
            signal.signal(number, handler)
