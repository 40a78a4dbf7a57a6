"""Learning curves as the metrics see them, read from exported CSV or from raw Parquet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
Quantity = Literal["loss", "accuracy"]


@dataclass(frozen=True)
class CurveSet:
    """The validation curves of one model and one method at every budget.

    Attributes:
        label: Label of the model, e.g. "CIFAR10_CNN" (without "_ACC").
        code: Code of the method.
        quantity: What the curves hold.
        mean: Budget -> mean over the seeds, one value per epoch; epoch 1 comes first.
        low: Budget -> minimum over the seeds.
        high: Budget -> maximum over the seeds.
        seeds: Budget -> seed -> curve; empty when only the exported form is known.
    """

    label: str
    code: str
    quantity: Quantity
    mean: Mapping[int, Curve]
    low: Mapping[int, Curve]
    high: Mapping[int, Curve]
    seeds: Mapping[int, Mapping[int, Curve]] = field(default_factory=dict)
