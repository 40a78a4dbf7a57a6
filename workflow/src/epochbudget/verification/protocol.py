"""What a verification depends on: the run's pairs, and how their protocol differs from the paper's,
which is config/paper.yaml.

Snakemake calls this while it builds the DAG, so nothing heavy is imported.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from epochbudget import job_code, registry
from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment, Pair
from epochbudget.files import canonical_json, text_digest
from epochbudget.metrics.names import PUBLISHED, model_name
from epochbudget.verification.statistics import MINIMUM_SEEDS

PAPER = Path("config/paper.yaml")
"""Relative to the working folder, like the configuration."""
SHIPPED = "165b109d7798090b3b18"
"""Digest of its protocol. A changed file no longer tells what the paper did."""
MODELS = tuple(PUBLISHED)
"""Labels of the models with published numbers."""
PUBLISHED_METHODS = ("N", "P", "C", "E", "H", "EH")
"""Methods with published numbers."""
METHODS = (*PUBLISHED_METHODS, "EH-legacy")
"""These, and the one that may have made the numbers of EH."""
TEMPLATES = ("report.html.j2", "macros.html.j2", "page.css", "report.css", "report.js")
"""Files of the report, in workflow/report."""
TOLD = ("train_bias", "stride", "history", "horizon")
"""Settings of tasks that caveats tell."""

NOTED = (
    "study.sampler_seed",
    "seeds",
    "data.integral.seed",
    "data.integral.chunk",
    "data.integral.rounded_grids",
    "data.cifar10.cache",
    "tasks.Integral_MLP.train_bias",
    "tasks.OSC_LSTM.split_seed",
    "tasks.CNN.split_seed",
)
"""Settings whose difference is a note and no obstacle: draws, and open points of the paper."""


@cache
def paper() -> Experiment:
    """The paper's protocol.

    Raises:
        UserError: Outside of the project's folder.
    """
    return Experiment(load_files([PAPER]))


def protocol_digest(experiment: Experiment) -> str:
    """Digest of everything that the published models' numbers depend on."""
    found: dict[str, Any] = {"budgets": list(experiment.budgets)}
    for label in MODELS:
        for code in METHODS:
            pair = Pair(label, registry.tasks()[label], registry.methods()[code], "AdamW")
            settings = dict(_settings(experiment, pair))
            found[f"{label}-{code}"] = {k: v for k, v in settings.items() if k not in NOTED}
    return text_digest(canonical_json(found))


@cache
def _changed() -> list[str]:
    return [] if protocol_digest(paper()) == SHIPPED else [f"{PAPER}: changed (paper: as shipped)"]


def pairs(experiment: Experiment) -> list[Pair]:
    """The pairs of a run that are verified."""
    if experiment.mode == "optimize":
        return []
    return [p for p in experiment.pairs if p.label in MODELS and p.code in METHODS]


def figures(experiment: Experiment) -> list[str]:
    """The pictures that a report names."""
    curves = [_figure(experiment, pair) for pair in pairs(experiment)]
    return [*curves, *_schedule_figures(experiment).values()]


def pareto(experiment: Experiment) -> list[str]:
    """The metric table `pareto`, if the run has methods that are not the paper's."""
    peers = any(pair.method.family in ("Catalogue", "Plug-in") for pair in experiment.pairs)
    several = experiment.mode != "optimize" and len(experiment.budgets) > 1
    return [experiment.path("metric", metric="pareto")] if peers and several else []


def specification(experiment: Experiment) -> dict[str, Any]:
    """The slice of the configuration that a verification depends on."""
    config = experiment.config
    return {
        "run": experiment.run,
        "margins": config.verification.margins.model_dump(),
        "tuning_seeds": [] if experiment.mode == "compare" else list(config.study.seeds),
        "schedules": _schedule_figures(experiment),
        "pairs": [_pair(experiment, pair) for pair in pairs(experiment)],
    }


def _pair(experiment: Experiment, pair: Pair) -> dict[str, Any]:
    settings = experiment.task_spec(pair)["settings"]
    return {
        "model": model_name(pair.label),
        "label": pair.label,
        "method": pair.code,
        "runs": experiment.path("runs", label=pair.label, code=pair.code),
        "figure": _figure(experiment, pair),
        "code": job_code.comparison(pair),
        "settings": {f"tasks.{pair.task.section}.{n}": settings[n] for n in TOLD if n in settings},
        **differences(experiment, pair),
    }


def _figure(experiment: Experiment, pair: Pair) -> str:
    name = f"learning_curve_{pair.curve_labels[-1]}-{pair.code}"
    return experiment.path("figure", figure=name, format="png")


def _schedule_figures(experiment: Experiment) -> dict[str, str]:
    drawn = {f"schedule_{code}": code for code in METHODS}
    return {
        code: experiment.path("figure", figure=name, format="png")
        for name, code in drawn.items()
        if name in experiment.drawings
    }


_FIRST = ("mode", "budgets", "seeds", "study.trials", "study.epochs")


def differences(experiment: Experiment, pair: Pair) -> dict[str, list[str]]:
    """Settings of one pair that are not the paper's, as "key: found (paper: expected)".

    Returns:
        "deviations", which make the pair's numbers incomparable, and "notes", which do not.
    """
    protocol = paper()
    ours, theirs = dict(_settings(experiment, pair)), dict(_settings(protocol, pair))
    found: dict[str, list[str]] = {"deviations": list(_changed()), "notes": []}
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            text = f"{key}: {_text(ours.get(key))} (paper: {_text(theirs.get(key))})"
            found["notes" if key in NOTED else "deviations"].append(text)
    # Not with config/paper.yaml, which tunes on one seed, as the authors' later code.
    tuned, five = experiment.config.study.seeds, protocol.seeds
    if experiment.mode != "compare" and set(tuned) != set(five):
        found["notes"].append(f"study.seeds: {_text(tuned)} (published runs: {_text(five)})")
    if len(experiment.seeds) < MINIMUM_SEEDS:
        text = f"seeds: {len(experiment.seeds)} (paper: {len(five)})"
        found["deviations"].append(text)
    if not set(experiment.budgets) & set(protocol.budgets):
        text = f"budgets: {_text(experiment.budgets)} (paper: {_text(protocol.budgets)})"
        found["deviations"].append(text)
    found["deviations"].sort(key=_importance)
    return found


def _importance(text: str) -> int:
    """What is told first where there is no room for all."""
    key = text.split(":")[0]
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _settings(experiment: Experiment, pair: Pair) -> Iterator[tuple[str, Any]]:
    """Everything that a pair's numbers depend on but the budgets, by dotted key."""
    study = experiment.study_spec(pair)
    yield "mode", experiment.mode
    yield "seeds", list(experiment.seeds)
    yield "infimum_lr", study.get("infimum_lr")
    for name, value in study["given"].items():
        yield f"hyperparameters.{pair.code}.{name}", value
    for name in ("trials", "epochs", "sampler_seed"):
        yield f"study.{name}", study[name]
    for name, bounds in _ranges(study).items():
        yield f"study.search.{name}", bounds
    dataset = pair.task.dataset
    for name, value in experiment.data_spec(dataset).items():
        yield f"data.{dataset}.{name}", value
    for name, value in experiment.task_spec(pair)["settings"].items():
        yield f"tasks.{pair.task.section}.{name}", value


def _ranges(study: Mapping[str, Any]) -> dict[str, str]:
    """The bounds of a search by name: the configuration's over the method's own."""
    own = {param["name"]: param for param in study["space"]}
    return {
        name: f"{bounds['low']:g} to {bounds['high']:g}"
        for name, bounds in {**own, **study["ranges"]}.items()
    }


def _text(value: Any) -> str:
    """A value for people."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value)
