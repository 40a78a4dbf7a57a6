"""The command line: thin, and quick to start; each command imports what it needs when it runs."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from epochbudget import (
    __version__,
    explorer_command,
    hand_run,
    leaderboard_command,
    plan_command,
    registry,
    schedule_command,
    seals,
    status_command,
)
from epochbudget.errors import UserError, file_failure
from epochbudget.files import file_digest, make_folder
from epochbudget.gallery import command as gallery_command
from epochbudget.lode import command as lode_command
from epochbudget.lr_range import command as lr_range_command
from epochbudget.published import command as published_command
from epochbudget.training import arguments as training_arguments
from epochbudget.verification import command as verification_command

Entry = TypeVar("Entry")

LOG: dict[str, Any] = {"type": Path, "help": "log file (default: the terminal)"}
WRITTEN = {"out", "log", "folder", "store", "root", "figure"}
"""Arguments that name what a command writes."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse and run; a user's mistake is one message and exit status 1."""
    args = build_parser().parse_args(arguments)
    logging.raiseExceptions = False  # a full disk is told once, by what it stops
    try:
        _log_to(getattr(args, "log", None))
        seals.begin(sys.argv, _inputs(args))
        args.run(args)
    except UserError as error:
        _give_up(str(error))
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        _give_up(str(file_failure(error)))
    except KeyboardInterrupt:
        sys.exit(130)


def _inputs(args: argparse.Namespace) -> list[Path]:
    """The files that a command reads."""
    given = {name: value for name, value in vars(args).items() if name not in WRITTEN}
    values = [value if isinstance(value, list) else [value] for value in given.values()]
    return [path for value in values for path in value if isinstance(path, Path)]


def _give_up(message: str) -> NoReturn:
    """End with one message, on the terminal and in the log file."""
    log = logging.getLogger("epochbudget")
    if any(isinstance(handler, logging.FileHandler) for handler in log.handlers):
        log.error("%s", message)
    sys.exit(f"epochbudget: {message}")


def _log_to(path: Path | None) -> None:
    """Lines of all modules go to the log file, or to the terminal where there is none."""
    if path:
        make_folder(path.parent)
    handler = logging.FileHandler(path, mode="w") if path else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("epochbudget")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="epochbudget", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    data = _command(commands, "data", _data, "make one data set")
    data.add_argument("dataset", help="name of the data set")
    data.add_argument("settings", type=json.loads, help="its settings, as JSON")
    data.add_argument("--log", **LOG)
    data.add_argument("--out", type=Path, required=True, help="the data file")

    study = _command(commands, "study", _study, "search hyperparameters of one method")
    study.add_argument("spec", type=json.loads, help="specification of the study, as JSON")
    study.add_argument("--folder", type=Path, required=True, help="where its results go")
    training_arguments.add(study)

    compare = _command(commands, "compare", _compare, "train one method at all budgets and seeds")
    compare.add_argument("spec", type=json.loads, help="specification of the comparison, as JSON")
    compare.add_argument("--best", type=Path, help="best.json of the method's study")
    compare.add_argument("--out", type=Path, required=True, help="raw rows of its runs")
    training_arguments.add(compare)

    train = _command(commands, "train", hand_run.run, "train one configuration by hand")
    hand_run.add_arguments(train)

    curves = _command(commands, "curves", _curves, "export learning curves as CSV")
    curves.add_argument("runs", type=Path, help="raw rows of a comparison")
    curves.add_argument(
        "--quantity", choices=["loss", "accuracy"], required=True, help="what of the validation"
    )
    curves.add_argument("--log", **LOG)
    curves.add_argument("--out", type=Path, required=True, help="the CSV file")

    metric = _command(commands, "metric", _metric, "compute one table of metrics")
    metric.add_argument("metric", help="name of the metric")
    metric.add_argument("--runs", type=Path, nargs="*", default=[], help="raw rows of comparisons")
    metric.add_argument("--log", **LOG)
    metric.add_argument("--out", type=Path, required=True, help="the table")

    ranked = _command(commands, "leaderboard", leaderboard_command.run, "rank methods by accuracy")
    leaderboard_command.add_arguments(ranked)

    figure = _command(commands, "figure", _figure, "draw one figure as PNG and PDF")
    figure.add_argument("kind", help="kind of the figure")
    figure.add_argument("options", type=json.loads, help="its options, as JSON")
    figure.add_argument("--inputs", type=Path, nargs="*", default=[], help="files it is drawn from")
    figure.add_argument("--log", **LOG)
    figure.add_argument("--out", type=Path, required=True, help="the PNG; the PDF stands beside it")

    gallery = _command(commands, "gallery", gallery_command.run, "show all figures on one page")
    gallery_command.add_arguments(gallery)

    plan = _command(commands, "plan", plan_command.run, "say what will be trained, and how long")
    plan_command.add_arguments(plan)

    status = _command(commands, "status", status_command.run, "say what is done, runs or failed")
    status_command.add_arguments(status)

    check = _command(commands, "check", _check, "compare all results with what was written")
    check.add_argument(
        "folders",
        type=Path,
        nargs="*",
        default=[Path("results"), Path("figures")],
        help="where to look (default: results and figures)",
    )

    schedule = _command(commands, "schedule", schedule_command.run, "print learning rates")
    schedule_command.add_arguments(schedule)

    published = _command(
        commands, "published", published_command.run, "recompute what is published"
    )
    published_command.add_arguments(published)

    verify = _command(commands, "verify", verification_command.run, "judge a run by the paper")
    verification_command.add_arguments(verify)

    lr_range = _command(commands, "lr-range", lr_range_command.run, "find usable learning rates")
    lr_range_command.add_arguments(lr_range)

    prior = _command(commands, "lode-prior", lode_command.collect, "observe runs for LODE")
    lode_command.add_prior_arguments(prior)
    learn = _command(commands, "lode-learn", lode_command.learn, "learn from observed runs")
    lode_command.add_learn_arguments(learn)
    table = _command(commands, "lode-table", lode_command.table, "compare LODE with its controls")
    lode_command.add_table_arguments(table)

    explorer = _command(
        commands, "explorer", explorer_command.run, "write the page of learning rates"
    )
    explorer_command.add_arguments(explorer)

    bench = _command(commands, "bench", _bench, "time fast paths beside their plain references")
    bench.add_argument("benchmark", help="name of the benchmark")
    bench.add_argument("--log", **LOG)
    bench.add_argument("--out", type=Path, required=True, help="its table")

    speedups = _command(commands, "speedups", _speedups, "print and draw the benchmarks' tables")
    speedups.add_argument("tables", type=Path, nargs="+", help="tables written by bench")
    speedups.add_argument("--out", type=Path, help="the PNG; the PDF stands beside it")

    config = _command(commands, "config", _config, "write the default configuration and its schema")
    config.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Any, text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _entry(what: str, name: str, entries: Mapping[str, Entry]) -> Entry:
    """The registry's entry of that name; registries are read only by the commands that use them."""
    if name not in entries:
        raise UserError(f"{name!r} is no {what}; there are {', '.join(entries)}", "check its name")
    return entries[name]


def _data(args: argparse.Namespace) -> None:
    from epochbudget.config.load import validated

    dataset = _entry("data set", args.dataset, registry.datasets())
    settings = validated(dataset.settings, args.settings)
    dataset.write(settings.model_dump(mode="json"), args.out)


def _study(args: argparse.Namespace) -> None:
    from epochbudget.studies import StudyJob

    StudyJob(args.spec, file_digest(args.data), training_arguments.runner(args)).run(args.folder)


def _compare(args: argparse.Namespace) -> None:
    from epochbudget.comparison import compare

    compare(args.spec, args.best, file_digest(args.data), training_arguments.runner(args), args.out)


def _check(args: argparse.Namespace) -> None:
    found = [text for folder in args.folders for text in seals.damage(folder)]
    print("\n".join(found) or "every sealed file is what was written there")
    if found:
        raise UserError(
            f"{len(found)} files are damaged or missing",
            "delete them with their seals and run Snakemake again; what was trained is kept",
        )


def _curves(args: argparse.Namespace) -> None:
    from epochbudget.curves import export
    from epochbudget.raw_runs import read_runs

    export(read_runs(args.runs, args.quantity), args.out)


def _metric(args: argparse.Namespace) -> None:
    from epochbudget.metrics.definitions.table import write_table
    from epochbudget.raw_runs import read_all

    metric = _entry("metric", args.metric, registry.metrics())
    write_table(metric.compute(read_all(args.runs, metric.quantities)), args.out)


def _figure(args: argparse.Namespace) -> None:
    from epochbudget.figures.drawing.style import save

    figure = _entry("kind of figures", args.kind, registry.figures())
    canvas = figure.draw(args.options, args.inputs)
    save(canvas, args.out, args.out.with_suffix(".pdf"))


def _bench(args: argparse.Namespace) -> None:
    from epochbudget.benchmarks.tools.table import write

    write(_entry("benchmark", args.benchmark, registry.benchmarks()).measure(), args.out)


def _speedups(args: argparse.Namespace) -> None:
    from epochbudget.benchmarks.tools.table import as_text, draw, read

    rows = read(args.tables)
    if args.out:
        from epochbudget.figures.drawing.style import save

        save(draw(rows), args.out, args.out.with_suffix(".pdf"))
    else:
        print(as_text(rows))


def _config(args: argparse.Namespace) -> None:
    from epochbudget.config.render import write

    write(args.root)
