"""Learning rates of LODE, on the schedule that it began with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.grouped import longest
from epochbudget.figures.steered import controls, steered
from epochbudget.registry import methods

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from epochbudget.experiment import Experiment

STEERINGS = ("advice", "chance", "nothing")
"""Of the runs that are shown, if they are there."""
COLUMNS = 3
"""Seeds beside each other."""
LEGEND = 1.5
"""Width of the legend in inches."""


def drawings(experiment: "Experiment") -> dict[str, Drawing]:
    """One picture for each model that is trained with LODE."""
    found = {}
    for pair in steered(experiment, "advice"):
        label, own = pair.label, controls(experiment, pair.label)
        roles: list[str] = [role for role in STEERINGS if role in own]
        codes = tuple(own[role].code for role in roles)
        paths = [experiment.path("runs", label=label, code=code) for code in codes]
        if "nothing" not in own:
            paths.append(experiment.path("lode", label=label, code=pair.code))
            roles.append("base")
        options = {**longest(experiment), "label": label, "inputs": roles}
        shown = tuple(code for code in methods() if code in codes)
        found[f"lode_schedule_{label}"] = Drawing(tuple(paths), options, (label,), shown)
    return found


def draw(options: Mapping[str, Any], inputs: Sequence[Path]) -> "Canvas":
    """Draw axes for each seed: its rates, and what they would have been.

    Args:
        options: `run`, `seeds`, `budgets` (the longest alone), `label`, and of the `inputs` what
            each is: raw runs that are steered by "advice", "chance" or "nothing", or "base", what
            LODE learnt, where there are no runs of the schedule that it began with.
        inputs: These files.
    """
    from epochbudget.figures.drawing.panels import method_panels
    from epochbudget.figures.drawing.refreshes import draw_rates_of_seed, refresh_legend
    from epochbudget.figures.drawing.style import house_style, log_axis
    from epochbudget.raw_runs import notes, read_runs

    (budget,) = options["budgets"]
    files = dict(zip(options["inputs"], inputs, strict=True))
    rates = read_runs(files["advice"], "lr").seeds[budget]
    chance = read_runs(files["chance"], "lr").seeds[budget] if "chance" in files else {}
    noted, begin = notes(files["advice"], budget), _begin(files, budget)
    titles = {f"seed {seed}": seed for seed in rates}
    with house_style():
        canvas, panels = method_panels(
            f"{options['label']}: learning rates of LODE",
            options,
            list(titles),
            ("epoch", "learning rate"),
            legend=False,
            columns=min(COLUMNS, len(titles)),
        )
        for title, axes in panels.items():
            seed = titles[title]
            refreshes = noted.get(seed, {}).get("refreshes", ())
            draw_rates_of_seed(axes, begin, rates[seed], refreshes, chance.get(seed))
            if len(rates[seed]) < budget:
                axes.set_title(f"{title}, diverged after epoch {len(rates[seed])}", size=9, pad=4)
        log_axis(canvas.axes[0])
        canvas.set_figwidth(canvas.get_figwidth() + LEGEND)
        refresh_legend(canvas, bool(chance))
    return canvas


def _begin(files: Mapping[str, Path], budget: int) -> Sequence[float] | None:
    """The rate of each epoch's first step of the schedule that LODE began with."""
    import json

    from epochbudget.lode.observing import POINTS
    from epochbudget.raw_runs import read_runs
    from epochbudget.schedules.rates import learning_rates

    if "nothing" in files:
        found = read_runs(files["nothing"], "lr").complete().get(budget)
        return None if found is None else list(found)
    hyperparameters = json.loads(files["base"].read_text(encoding="utf-8"))["hyperparameters"]
    base = methods()[hyperparameters["base"]]
    return learning_rates(base, hyperparameters, budget, POINTS)[::POINTS]


FIGURE = Figure(
    kind="lode_schedule",
    drawings=drawings,
    draw=draw,
    title="Schedules of LODE",
    caption=(
        "Learning rate of each epoch's first step at the longest budget, axes for each seed: of "
        "LODE, of the schedule that it began with (the best of the earlier ones), and of the same "
        "schedule where chance changes it as often as LODE may. Circles are the epochs after "
        "which the latent ODE was asked: filled where rates of predicted runs were taken over, "
        "hollow where no prediction fitted the run and the schedule was kept."
    ),
    order=26,
)
