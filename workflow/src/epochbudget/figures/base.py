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
class CurveFiles:
    """Exported curves, a run's own or the authors', and what a picture of them says at its foot.

    Attributes:
        run: Name of the run.
        seeds: Number of seeds.
        budgets: In epochs.
        paths: Label of the curves (ending in _ACC for accuracies) -> code of the method, in the
            registry's order -> file in the published format.
    """

    run: str
    seeds: int
    budgets: tuple[int, ...]
    paths: Mapping[str, Mapping[str, str]]

    @property
    def judged(self) -> tuple[str, ...]:
        """The labels by which models are judged: by accuracy where there is one, else by loss."""
        return tuple(label for label in self.paths if f"{label}_ACC" not in self.paths)


@dataclass(frozen=True)
class Figure:
    """One kind of figure.

    Attributes:
        kind: Name of the kind.
        drawings: The pictures of this kind in an experiment, by the name of their file (without
            suffix).
        draw: Draws one picture from (options, inputs).
        of_curves: The pictures of this kind that exported curves are enough for.
    """

    kind: str
    drawings: "Callable[[Experiment], dict[str, Drawing]]"
    draw: "Callable[[Mapping[str, Any], Sequence[Path]], Canvas]"
    of_curves: Callable[[CurveFiles], dict[str, Drawing]] = lambda files: {}
