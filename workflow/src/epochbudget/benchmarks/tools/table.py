"""The table of all comparisons: written, read, printed and drawn."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import COLUMNS, Row
from epochbudget.errors import UserError
from epochbudget.files import write_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure


NUMBERS = ("reference_ms", "ms", "ratio", "max_abs_difference")


def write(rows: Sequence[Row], path: Path) -> None:
    """Write rows as CSV."""
    write_csv(path, rows, COLUMNS)


def read(paths: Sequence[Path]) -> list[Row]:
    """The rows of several files.

    Raises:
        UserError: If a file is not one of ours.
    """
    rows: list[Row] = []
    for path in paths:
        try:
            with path.open(newline="", encoding="utf-8") as stream:
                rows += [
                    {**row, **{name: float(row[name]) for name in NUMBERS}}
                    for row in csv.DictReader(stream)
                ]
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{path}: this is no table of a benchmark ({type(error).__name__}: {error})",
                "delete it and run: snakemake benchmark --cores 1",
            ) from error
    return rows


def as_text(rows: Sequence[Row]) -> str:
    """The table for people, in Markdown."""
    lines = [
        "| | how | device | plain | fast | ratio | largest difference |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['model']} | {row['path']} | {row['device']} | {_time(row['reference_ms'])} "
        f"| {_time(row['ms'])} | {row['ratio']:.3g}x | {row['max_abs_difference']:.0e} |"
        for row in rows
    ]
    return "\n".join(lines)


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"


def draw(rows: Sequence[Row]) -> "Figure":
    """One bar for each comparison: how many times as fast, on a logarithmic axis."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from epochbudget.figures.drawing.style import house_style, sheet

    with house_style():
        options = {"run": "benchmark"}
        canvas = sheet("Fast paths beside plain references", options, 0.9 + 0.42 * len(rows), 8.0)
        engine = canvas.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            engine.set(w_pad=0.2)  # inches; text is wider at the file's resolution than in layout
        (axes,) = canvas.axes
        places = range(len(rows))
        ratios = [row["ratio"] for row in rows]
        axes.barh(places, [r - 1 for r in ratios], left=1, height=0.6, color="#0072b2")
        axes.set_xscale("log")
        axes.axvline(1, color="0.15", linewidth=0.8)
        for place, row in enumerate(rows):
            text = f"{row['ratio']:.3g}x: {_time(row['reference_ms'])} to {_time(row['ms'])}"
            axes.text(max(row["ratio"], 1) * 1.05, place, text, va="center", size=7.5)
        axes.set_yticks(places, [f"{row['model']}\n{row['path']}" for row in rows], size=7.5)
        axes.set_xticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
        axes.set_xlim(min(0.8, min(ratios) / 1.2), max(ratios) * 8)  # after the ticks: they widen
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("times as fast")
    return canvas
