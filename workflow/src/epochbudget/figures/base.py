"""What a figure is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment


@dataclass(frozen=True)
class Drawing:
    """One picture of a kind: the files it is drawn from and the settings it depends on.

    Attributes:
        inputs: Files it reads, as paths relative to the working folder.
        options: JSON values that the picture depends on, besides its inputs.
        kind: Name of its kind; filled in by the experiment.
    """

    inputs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


@dataclass(frozen=True)
class Figure:
    """One kind of figure.

    Attributes:
        kind: Name of the kind.
        drawings: The pictures of this kind in an experiment, by the name of their file (without
            suffix).
        draw: Draws one picture from (options, inputs).
    """

    kind: str
    drawings: "Callable[[Experiment], dict[str, Drawing]]"
    draw: "Callable[[Mapping[str, Any], Sequence[Path]], Canvas]"
