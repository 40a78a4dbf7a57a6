"""`epochbudget lr-range`: the learning-rate range test of a model."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from epochbudget.errors import UserError
from epochbudget.selection import add_configfile
from epochbudget.settings import RATE, WHOLE, parse_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which model is tested, and where the results go."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", metavar="LABEL", help="label of the model")
    source.add_argument("--spec", type=json.loads, help="the test's specification, as JSON")
    add_configfile(parser)
    parser.add_argument("--low", metavar="F", help="first rate (default: study.lr.low)")
    parser.add_argument("--high", metavar="F", help="last rate (default: study.lr.high)")
    parser.add_argument("--epochs", metavar="N", help="epochs (default: 3, or more for 100 steps)")
    parser.add_argument("--seed", type=int, help="seed (default: the configuration's first)")
    parser.add_argument("--data", type=Path, help="data file (default: the run's)")
    parser.add_argument("--log", type=Path, help="log file (default: the terminal)")
    parser.add_argument("--out", type=Path, help="CSV of all steps; the JSON stands beside it")
    parser.add_argument("--figure", type=Path, help="PNG of the figure; the PDF stands beside it")


def run(args: argparse.Namespace) -> None:
    """Run the test, write its steps, its suggestion and its figure, and print the suggestion.

    Raises:
        UserError: If a value is not allowed, or there is no data file.
    """
    from epochbudget.files import file_digest

    spec, data, table, figure = _asked(args)
    if not spec["low"] < spec["high"]:
        raise UserError(
            f"the rates go from {spec['low']} to {spec['high']}, allowed is --low below --high",
            "or change study.lr in the configuration",
        )
    file_digest(data)
    print(_tested(spec, data, table, figure))


def _asked(args: argparse.Namespace) -> tuple[dict[str, Any], Path, Path, Path]:
    """(specification, data file, CSV, PNG): from Snakemake, or from a configuration."""
    if args.spec is not None:
        return args.spec, args.data, args.out, args.figure
    from epochbudget.config.load import load_files
    from epochbudget.experiment import Experiment
    from epochbudget.lr_range.spec import pair_of, range_spec

    experiment = Experiment(load_files(args.configfile))
    given = {
        name: setting.checked(f"--{name}", parse_number(f"--{name}", text))
        for name, setting in (("low", RATE), ("high", RATE), ("epochs", WHOLE))
        if (text := getattr(args, name)) is not None
    }
    spec = range_spec(experiment, args.model, seed=args.seed, **given)
    dataset = pair_of(experiment, args.model).task.dataset
    data = args.data or Path(experiment.path("data", dataset=dataset))
    table = args.out or Path(experiment.path("lr_range", label=args.model))
    name = f"lr_range_{args.model}"
    figure = args.figure or Path(experiment.path("figure", figure=name, format="png"))
    return spec, data, table, figure


def _tested(spec: Mapping[str, Any], data: Path, table: Path, figure: Path) -> str:
    """Run the test and write everything; the suggestion in words."""
    from epochbudget import registry
    from epochbudget.figures.drawing.style import save
    from epochbudget.files import write_csv, write_json
    from epochbudget.jobs import runtime
    from epochbudget.lr_range.picture import draw
    from epochbudget.lr_range.steps import measure
    from epochbudget.lr_range.suggestion import RULE, smoothed, suggest
    from epochbudget.training.device import prepare

    device = prepare(runtime().get("device", "auto"))
    task = registry.tasks()[spec["task"]["label"]]
    problem = task.problem(spec["task"]["settings"], data, device)
    how = {name: spec[name] for name in ("low", "high", "epochs", "seed", "sgd")}
    steps = measure(problem, spec["optimizer"], **how)
    rates, losses = map(list, zip(*steps, strict=True))
    suggestion, curve = suggest(rates, losses), smoothed(losses)
    rows = [
        {"step": step, "lr": rate, "loss": loss, "smoothed": mean}
        for step, (rate, loss, mean) in enumerate(zip(rates, losses, curve, strict=False))
    ]
    write_csv(table, rows, ("step", "lr", "loss", "smoothed"))
    write_json(table.with_suffix(".json"), {**spec, "suggestion": asdict(suggestion), "rule": RULE})
    save(draw(spec, rates, losses, suggestion), figure, figure.with_suffix(".pdf"))
    if suggestion.low is None or suggestion.high is None:
        return f"{spec['label']}: the loss did not fall enough to suggest rates ({figure})"
    low, high = (f"{rate:.2g}" for rate in (suggestion.low, suggestion.high))
    return f"{spec['label']}: lr from {low} to {high} ({RULE}; {figure})"
