"""One run by hand: `epochbudget train`, for trying hyperparameters."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.selection import add_configfile
from epochbudget.settings import parse_pairs

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment
    from epochbudget.training.store import History


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is trained."""
    parser.add_argument("--model", required=True, help="label of the model")
    parser.add_argument("--method", required=True, help="code of the method")
    parser.add_argument(
        "--optimizer", default="AdamW", choices=["AdamW", "Adam", "SGD"], help="default: AdamW"
    )
    parser.add_argument("--budget", type=int, required=True, help="epochs")
    parser.add_argument("--seed", type=int, default=89, help="default: 89")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a hyperparameter; may be repeated",
    )
    add_configfile(parser)


def run(args: argparse.Namespace) -> None:
    """Train one configuration and print its curve as CSV; the run stays in the store."""
    from epochbudget.comparison import one_run
    from epochbudget.errors import UserError
    from epochbudget.files import file_digest
    from epochbudget.training.runner import Runner
    from epochbudget.training.store import Store

    experiment = _experiment(args)
    (pair,) = experiment.pairs
    if pair.method.steering:
        raise UserError(
            f"--method: found {pair.code}, allowed are methods that need no earlier runs",
            "snakemake --cores 2 --configfile config/lode.yaml trains what it needs as well",
        )
    data = Path(experiment.path("data", dataset=pair.task.dataset))
    digest = file_digest(data)
    runner = Runner.from_settings(experiment.runtime, Store(Path("results/store")), data)
    spec = experiment.comparison_spec(pair)
    wanted = one_run(spec, spec["given"], args.budget, args.seed, digest)
    _print(runner.history(wanted))


def _experiment(args: argparse.Namespace) -> "Experiment":
    """The configuration, narrowed to one run, so that the usual checks apply to it."""
    from epochbudget.config.load import load, load_files
    from epochbudget.experiment import Experiment

    one = {
        "mode": "compare",
        "models": [args.model],
        "methods": [args.method],
        "methods_by_model": {},
        "optimizers": [args.optimizer],
        "budgets": [args.budget],
        "seeds": [args.seed],
        "hyperparameters": {args.method: parse_pairs(args.settings)},
    }
    return Experiment(load({**load_files(args.configfile).model_dump(), **one}))


def _print(history: "History") -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = ("train_loss", "val_loss", "accuracy", "lr")
    writer.writerow(["epoch", *names])
    for epoch, row in enumerate(zip(*(history.columns[n] for n in names), strict=True), start=1):
        writer.writerow([epoch, *("" if value is None else repr(value) for value in row)])
