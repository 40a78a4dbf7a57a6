"""Values of single seeds by method, with their means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from matplotlib.axes import Axes

from epochbudget.curves import Quantity
from epochbudget.figures.drawing.style import Style, log_axis, method_style
from epochbudget.raw_runs import notes, read_runs

Seeds = Mapping[int, float]
"""One value of a method, by seed."""

SPREAD = 0.44
"""How far the first and the last seed stand apart, in distances between methods."""
MEAN: Style = {"color": "black", "linewidth": 1.3, "zorder": 2}
PAIR: Style = {"color": "0.65", "linewidth": 0.8, "zorder": 1}


@dataclass
class Model:
    """What the runs of one model came to.

    Attributes:
        label: Its label.
        accuracy: Whether scores are accuracies in percent; else they are validation losses.
        scores: Of the last epoch, by code of the method in their order; diverged runs have none.
        eigenvalues: The largest one of the Hessian, where it was measured, by code.
        seeds: All of them.
    """

    label: str
    accuracy: bool
    scores: dict[str, Seeds] = field(default_factory=dict)
    eigenvalues: dict[str, Seeds] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether there is any eigenvalue."""
        return any(self.eigenvalues.values())


def read_models(paths: Sequence[Path], quantities: Sequence[Quantity], budget: int) -> list[Model]:
    """Read raw runs, one file for each model and method.

    Args:
        paths: The files.
        quantities: "accuracy" or "loss" of each: its score.
        budget: In epochs.
    """
    models: dict[str, Model] = {}
    for path, quantity in zip(paths, quantities, strict=True):
        runs = read_runs(path, quantity)
        model = models.setdefault(runs.label, Model(runs.label, quantity == "accuracy"))
        unit = 100.0 if model.accuracy else 1.0
        ended = {s: curve for s, curve in runs.seeds[budget].items() if len(curve) == budget}
        noted = {seed: entry.get("flatness") for seed, entry in notes(path, budget).items()}
        model.scores[runs.code] = {seed: unit * float(c[-1]) for seed, c in ended.items()}
        model.eigenvalues[runs.code] = {s: value for s, value in noted.items() if value is not None}
        model.seeds = tuple(sorted({*model.seeds, *runs.seeds[budget]}))
    return list(models.values())


def draw_seeds(
    axes: Axes,
    values: Mapping[str, Seeds],
    seeds: Sequence[int],
    pairs: tuple[str, str],
    log: bool,
) -> None:
    """Draw a point for each seed of each method, their mean as a line, and lines between pairs.

    On a logarithmic axis a negative value stands where its magnitude is, as a hollow point.

    Args:
        axes: Where to draw.
        values: By code of the method, in their order.
        seeds: Of all methods; one without a value has a cross at the foot.
        pairs: Codes of two methods whose runs with the same seed are pairs.
        log: Whether the axis is logarithmic.
    """
    step = SPREAD / max(1, len(seeds) - 1)
    shift = {seed: step * (rank - (len(seeds) - 1) / 2) for rank, seed in enumerate(seeds)}
    points: dict[str, dict[int, tuple[float, float]]] = {}
    for place, (code, own) in enumerate(values.items()):
        heights = {seed: abs(value) if log else value for seed, value in own.items()}
        points[code] = {seed: (place + shift[seed], height) for seed, height in heights.items()}
        color = method_style(code)["color"]
        for seed, point in points[code].items():
            fill = "white" if log and own[seed] < 0 else color
            axes.plot(*point, marker="o", ms=4.5, mec=color, mfc=fill, ls="none", zorder=3)
        if heights:
            axes.hlines(fmean(heights.values()), place - 0.38, place + 0.38, **MEAN)
        for seed in [seed for seed in seeds if seed not in own]:
            foot = axes.get_xaxis_transform()
            axes.text(place + shift[seed], 0.01, "×", transform=foot, ha="center", size=7)
    first, second = (points.get(code, {}) for code in pairs)
    for seed in first.keys() & second.keys():
        axes.plot(*zip(first[seed], second[seed], strict=True), **PAIR)
    if log:
        log_axis(axes)
    axes.set_xticks(
        range(len(values)), list(values), rotation=40, ha="right", rotation_mode="anchor"
    )
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.6, len(values) - 0.4)


def draw_wins(axes: Axes, model: Model, code: str) -> None:
    """Write above each other method in how many seeds the method `code` scores better."""
    own, sign = model.scores.get(code, {}), 1 if model.accuracy else -1
    if not own:
        return
    look: Style = {"transform": axes.get_xaxis_transform(), "size": 7}
    for place, (other, scores) in enumerate(model.scores.items()):
        if other != code and (pairs := own.keys() & scores.keys()):
            wins = sum(sign * own[seed] > sign * scores[seed] for seed in pairs)
            axes.text(place, 1.02, f"{wins}/{len(pairs)}", ha="center", **look)
    axes.text(axes.get_xlim()[0], 1.02, f"{code} better in", ha="right", **look)
