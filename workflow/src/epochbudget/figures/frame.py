"""What every picture depends on: the run's name and scale, and the style file."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import CurveFiles
from epochbudget.files import file_digest
from epochbudget.registry import methods

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment

STYLE_FILE = Path(__file__).parent / "epochbudget.mplstyle"


def frame(experiment: "Experiment | CurveFiles") -> dict[str, Any]:
    """Options of every drawing: the run's name for the footer, and a digest of the style file."""
    return {"run": experiment.run, "style": _style()}


def scale(files: CurveFiles) -> dict[str, Any]:
    """Options of drawings of results: `frame`, the number of seeds, and the budgets in epochs."""
    return {**frame(files), "seeds": files.seeds, "budgets": list(files.budgets)}


def foreseen(codes: Sequence[str]) -> tuple[str, ...]:
    """Those of the methods whose learning rates can be drawn without training."""
    return tuple(code for code in codes if not methods()[code].steering)


@cache
def _style() -> str:
    return file_digest(STYLE_FILE)[:8]


def method_title(name: str, code: str) -> str:
    """A method's full name and, where it differs, its code."""
    return name if name == code else f"{name} ({code})"
