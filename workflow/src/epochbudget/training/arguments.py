"""Arguments of the commands that train, and the runner that they describe."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.jobs import runtime

if TYPE_CHECKING:
    from epochbudget.training.runner import Runner


def add(command: argparse.ArgumentParser) -> None:
    """Add the arguments that `runner` reads, and --log."""
    command.add_argument("--data", type=Path, required=True, help="the data file")
    command.add_argument(
        "--store", type=Path, default=Path("results/store"), help="folder of all runs"
    )
    command.add_argument("--log", type=Path, help="log file (default: the terminal)")
    command.add_argument("--workers", type=int, default=1, help="runs side by side")


def runner(args: argparse.Namespace) -> "Runner":
    """Carries out the runs of a command, as Snakemake's environment says."""
    from epochbudget.training.runner import Runner
    from epochbudget.training.store import Store

    settings = {**runtime(), "workers": args.workers}
    return Runner.from_settings(settings, Store(args.store), args.data)
