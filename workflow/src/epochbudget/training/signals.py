"""Requests to end: preemption and time limits announce themselves by a signal."""

import multiprocessing
import signal
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)


class EndRequest:
    """Notes SIGTERM and SIGUSR1 while it is entered, so that an epoch can end.

    A worker process whose parent has died is asked to end as well: nobody waits for it any more,
    and whoever starts the job again would train the same run beside it.
    """

    def __init__(self) -> None:
        self._number = 0

    @property
    def asked(self) -> int:
        """The number of the signal, 0 if there was none."""
        parent = multiprocessing.parent_process()
        if not self._number and parent and not parent.is_alive():
            self._number = signal.SIGTERM
        return self._number

    def __enter__(self) -> "EndRequest":
        self._before = [signal.signal(number, self._note) for number in SIGNALS]
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._number = number

    def __exit__(self, *exception: object) -> None:
        for number, handler in zip(SIGNALS, self._before, strict=True):
            signal.signal(number, handler)
