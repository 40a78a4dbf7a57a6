"""`epochbudget plan`: what a configuration will train, what it need not, and how long it takes."""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.errors import UserError

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment
    from epochbudget.plan import Hours, Plan
    from epochbudget.step_times import StepTime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `epochbudget plan`."""
    parser.add_argument("--configfile", type=Path, nargs="+", default=[Path("config/config.yaml")])
    parser.add_argument("--models", nargs="+", metavar="LABEL", help="only these models")
    parser.add_argument("--methods", nargs="+", metavar="CODE", help="only these methods")
    parser.add_argument("--csv", action="store_true", help="one row for each model and method")
    parser.add_argument(
        "--time-steps",
        action="store_true",
        help="time a few steps of each model here, on training.device",
    )
    parser.add_argument(
        "--times",
        type=Path,
        metavar="FILE",
        help="table of step times: read, or with --time-steps written",
    )


def run(args: argparse.Namespace) -> None:
    """Print the plan.

    Raises:
        UserError: If the configuration, a name or a table of step times is not allowed.
    """
    from epochbudget.plan import hours, plan
    from epochbudget.step_times import gaps
    from epochbudget.training.store import Store

    experiment = _experiment(args)
    times = _times(args, experiment)
    work = plan(experiment, Store(Path("results/store")))
    estimate = hours(experiment, work, times)
    if args.csv:
        _write_csv(work, estimate)
    else:
        _write_table(work, estimate)
        for line in _legend(experiment, times):
            print(line)
    for gap in gaps(experiment, times):
        print(f"note: {gap}; --time-steps measures", file=sys.stderr if args.csv else sys.stdout)


def _experiment(args: argparse.Namespace) -> "Experiment":
    """The configuration, narrowed to what was asked for, so that the usual checks apply to it."""
    from epochbudget.config.load import load, load_files
    from epochbudget.experiment import Experiment

    config = load_files(args.configfile)
    only = {key: getattr(args, key) for key in ("models", "methods") if getattr(args, key)}
    experiment = Experiment(load({**config.model_dump(), **only}) if only else config)
    if not experiment.pairs:
        raise UserError(
            f"models {', '.join(args.models or config.models)} and methods "
            f"{', '.join(args.methods or config.methods)} leave no pair of model and method",
            "methods_by_model in the configuration says which methods a model has",
        )
    return experiment


def _times(args: argparse.Namespace, experiment: "Experiment") -> "list[StepTime]":
    from epochbudget import step_times

    if not args.time_steps:
        path = args.times or step_times.DEFAULT
        return step_times.read(path) if args.times or path.is_file() else []
    # Before the minutes of measuring, so that a file of another kind is refused at once.
    old = step_times.read(args.times) if args.times and args.times.is_file() else []
    from epochbudget.step_timing import measure  # imports torch

    new = measure(experiment)
    if args.times:
        step_times.write(step_times.merged(old, new), args.times)
    return new


def _write_csv(work: "Plan", estimate: "Hours") -> None:
    """One row for each pair."""
    from epochbudget.plan import COLUMNS

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["model", "method", *COLUMNS])
    for (label, code), row in work.items():
        time = estimate[label, code]
        cell = "" if time is None else f"{time:.6g}"
        writer.writerow([label, code, *asdict(row).values(), row.left, cell])


def _write_table(work: "Plan", estimate: "Hours") -> None:
    """One line for each model, and the sum."""
    from epochbudget.plan import COLUMNS, Work

    labels = dict.fromkeys(label for label, _ in work)
    lines = [["model", *COLUMNS]]
    for name, own in [*((label, {label}) for label in labels), ("all", set(labels))]:
        keys = [key for key in work if key[0] in own]
        total = sum((work[key] for key in keys), start=Work())
        numbers = [f"{number:,}" for number in (*asdict(total).values(), total.left)]
        lines.append([name, *numbers, _hours_text([estimate[key] for key in keys])])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *cells in lines:
        padded = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *padded]).rstrip())


def _hours_text(several: Sequence[float | None]) -> str:
    """Their sum; of those that are known, with a sign that there are more, if some are not."""
    known = [time for time in several if time is not None]
    total = sum(known)
    if not known:
        return ""
    text = f"{total:,.0f}" if total >= 100 else f"{total:.3g}"
    return text if len(known) == len(several) else f">{text}"


def _legend(experiment: "Experiment", times: "Sequence[StepTime]") -> list[str]:
    from epochbudget.step_times import by_model

    study = experiment.config.study
    lines = ["epochs: left = study + comparison - prefixes - trials - stored"]
    if experiment.mode != "compare":
        seeds = ", ".join(map(str, study.seeds))
        lines.insert(0, f"studies: {study.trials} trials of {study.epochs} epochs, seeds {seeds}")
    used = [time for time in by_model(experiment, times).values() if time]
    for device in dict.fromkeys(time.device for time in used):
        alone = "one thread a run (core-hours)" if device.startswith("cpu") else "one run at a time"
        lines.append(f"hours: left x an epoch on {device}, {alone}; runs side by side divide them")
    return lines
