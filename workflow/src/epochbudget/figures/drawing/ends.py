"""Last and best values of trainings as bars."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from epochbudget.figures.drawing.bars import Final, draw_whiskers, scale_values
from epochbudget.figures.drawing.style import Style, method_style
from epochbudget.metrics.names import model_name
from epochbudget.metrics.read import lacking, selected

Ends = Mapping[str, Final]
"""One quantity by code of the method."""


def read_ends(paths: Sequence[Path], options: Mapping[str, Any]) -> dict[str, Ends]:
    """Quantity -> code -> mean and range of the seeds, from tables of metrics.

    Args:
        paths: The tables.
        options: `label`, `codes`, `budgets` (one).

    Raises:
        UserError: If the first table lacks the model.
    """
    (budget,) = options["budgets"]
    names, codes = [model_name(options["label"])], options["codes"]
    values: dict[str, dict[str, dict[str, float]]] = {}
    for path in paths:
        for row in selected(path, model=names, scheduler=codes, budget=[str(budget)]):
            by_code = values.setdefault(row["quantity"], {})
            by_code.setdefault(row["scheduler"], {})[row["seed"]] = float(row["value"])
    if not values:
        raise lacking(paths[0], f"rows of {options['label']} at {budget} epochs")
    return {
        quantity: {
            code: Final(seeds[""], min(seeds.values()), max(seeds.values()))
            for code, seeds in by_code.items()
            if "" in seeds
        }
        for quantity, by_code in values.items()
    }


def draw_ends(axes: Axes, several: Sequence[Ends], codes: Sequence[str], log: bool) -> None:
    """Draw bars side by side for each method; a cross where none of its runs finished.

    Args:
        axes: Where to draw.
        several: The values of the last epoch, and perhaps of the best.
        codes: Of the methods, in their order.
        log: Whether the axis of the values is logarithmic.
    """
    width = 0.84 / len(several)
    for rank, ends in enumerate(several):
        shift = (rank - (len(several) - 1) / 2) * width
        for place, code in enumerate(codes):
            if code in ends:
                look = _look(rank == 1, method_style(code)["color"])
                axes.bar(place + shift, ends[code].mean, width=0.92 * width, **look)
                draw_whiskers(axes, [place + shift], [ends[code]])
            else:
                foot = axes.get_xaxis_transform()
                axes.text(place + shift, 0.01, "×", transform=foot, ha="center", size=7)
    scale_values(axes, [final for ends in several for final in ends.values()], log)
    axes.set_xticks(range(len(codes)), codes)
    axes.tick_params(axis="x", length=0, labelsize=7)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, len(codes) - 0.4)


def ends_legend(canvas: Figure) -> None:
    """Say which bars are of the last epoch and which of the best, in the room below the title."""
    handles = [
        Patch(**_look(best, "0.35"), label=f"{'best' if best else 'last'} epoch")
        for best in (False, True)
    ]
    top = 1.0 - 0.3 / canvas.get_figheight()
    canvas.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, top), ncols=2)


def _look(best: bool, color: str) -> Style:
    hatched = {"facecolor": "white", "hatch": "/////"}
    return {"edgecolor": color, "linewidth": 0.8, **(hatched if best else {"facecolor": color})}
