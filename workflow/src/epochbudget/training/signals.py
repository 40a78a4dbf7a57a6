"""Requests to end: preemption and time limits announce themselves by a signal, people by Ctrl-C."""

import math
import multiprocessing
import signal
import time
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)
PATIENCE = 10.0
"""Seconds that an epoch may still take after a request; clusters kill about 30 s after they ask."""


class EndRequest:
    """Notes SIGTERM, SIGUSR1 and Ctrl-C while it is entered, so that an epoch can end.

    A long epoch is given up at once: the process exits with 128 and the signal's number, and the
    run goes on from its last checkpoint. Signals that the process ignores stay ignored. A worker
    process whose parent has died is asked to end as well: nobody waits for it any more, and whoever
    starts the job again would wait for it.
    """

    def __init__(self) -> None:
        self._number = 0
        self._epoch_ends: float | None = None

    @property
    def asked(self) -> int:
        """The number of the signal, 0 if there was none."""
        parent = multiprocessing.parent_process()
        if not self._number and parent and not parent.is_alive():
            self._number = signal.SIGTERM
        return self._number

    def epoch_begins(self, seconds: float | None) -> None:
        """From now on a request may interrupt.

        Args:
            seconds: How long the epoch will take, as far as is known.

        Raises:
            SystemExit: If the process has been asked to end.
        """
        if self._number:
            raise SystemExit(128 + self._number)
        self._epoch_ends = math.inf if seconds is None else time.monotonic() + seconds

    def epoch_ended(self) -> None:
        """From now on a request is noted and waits: what was trained is about to be kept."""
        self._epoch_ends = None

    def __enter__(self) -> "EndRequest":
        heard = [n for n in SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._note) for number in heard}
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._number = number
        if self._epoch_ends is not None and self._epoch_ends - time.monotonic() > PATIENCE:
            raise SystemExit(128 + number)

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
