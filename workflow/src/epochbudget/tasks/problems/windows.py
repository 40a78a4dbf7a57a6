"""Windows of the oscillator's trajectories: a history to read and a horizon to predict."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from epochbudget.errors import UserError
from epochbudget.tasks.problems.splits import permutation, share

Columns = Mapping[str, NDArray[np.float64]]

TRAIN_SHARE = 0.8


def trajectories(columns: Columns, dampings: Sequence[float] | None) -> list[NDArray[np.intp]]:
    """The rows of each chosen trajectory, in order of damping; None chooses all.

    Raises:
        UserError: If the data lack a damping.
    """
    present = np.unique(columns["zeta"]).tolist()
    chosen = present if dampings is None else list(dampings)
    for damping in chosen:
        if damping not in present:
            raise UserError(
                f"the oscillator data hold no trajectory of damping {damping}, only {present}",
                "add it to data: oscillator: dampings, or choose another tasks: OSC_LSTM: dtype",
            )
    return [np.flatnonzero(columns["zeta"] == damping) for damping in chosen]


def scaled(columns: Columns, names: Sequence[str], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Columns `names` at `rows` (R,) as (R, len(names)), each scaled to 0..1 over these rows.

    Raises:
        UserError: If a column does not vary.
    """
    table = np.stack([columns[name][rows] for name in names], axis=1)
    low, high = table.min(axis=0), table.max(axis=0)
    if not (high > low).all():
        constant = [name for name, flat in zip(names, high <= low, strict=True) if flat]
        raise UserError(
            f"columns {constant} of the oscillator data are constant and cannot be scaled",
            "choose another start in data: oscillator",
        )
    return np.asarray((table - low) / (high - low))


def window_starts(lengths: Sequence[int], window: int, stride: int) -> Tensor:
    """First rows (W,) of all windows, for trajectories of `lengths` rows that follow each other.

    A window never reaches into the next trajectory; the first one of every trajectory starts at
    its first row.

    Raises:
        UserError: If there are fewer than five windows, too few for an 80/20 split.
    """
    ends = np.cumsum([0, *lengths])
    starts = [
        torch.arange(begin, end - window + 1, stride)
        for begin, end in pairwise(ends)
        if end - begin >= window
    ]
    if sum(map(len, starts)) < 5:
        raise UserError(
            f"trajectories of {list(lengths)} rows give fewer than 5 windows of {window} rows",
            "lower history, horizon or stride of tasks: OSC_LSTM, or lengthen the trajectories",
        )
    return torch.cat(starts)


def split(starts: Tensor, seed: int, ratio: float) -> tuple[Tensor, Tensor]:
    """A random 80/20 split of `starts`, then the share `ratio` of either part.

    Windows overlap, so the parts share points (as in the published runs).
    """
    order = starts[permutation(len(starts), seed, "split")]
    cut = int(TRAIN_SHARE * len(order))
    return share(order[:cut], ratio), share(order[cut:], ratio)


class Windows:
    """Windows gathered from one copy of the rows; stored once, not once per window.

    Args:
        table: Rows (T, C) of all trajectories, on the device.
        starts: First row (W,) of every window, on the device.
        history: Rows that the model reads.
        horizon: Rows that it predicts.
        outputs: How many of the first columns it predicts.
    """

    def __init__(
        self, table: Tensor, starts: Tensor, history: int, horizon: int, outputs: int
    ) -> None:
        self.table = table
        self.starts = starts
        self.history = history
        self.outputs = outputs
        self.steps = torch.arange(history + horizon, device=table.device)

    def __len__(self) -> int:
        """Number of windows."""
        return len(self.starts)

    def __getitem__(self, rows: Tensor | slice) -> tuple[tuple[Tensor, ...], Tensor]:
        """((history (B, history, C),), horizon (B, horizon, outputs)) of the windows `rows`."""
        windows = self.table[self.starts[rows].unsqueeze(1) + self.steps]
        return (windows[:, : self.history],), windows[:, self.history :, : self.outputs]
