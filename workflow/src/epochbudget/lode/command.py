"""The commands of LODE: observe earlier runs, learn from them, compare."""

import argparse
import json
from pathlib import Path

from epochbudget.training import arguments


def add_prior_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `collect` reads."""
    parser.add_argument("spec", type=json.loads, help="which runs, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="what was observed")
    arguments.add(parser)


def collect(args: argparse.Namespace) -> None:
    """Train and observe the earlier runs of one method."""
    from epochbudget.files import file_digest
    from epochbudget.lode.prior import collect

    collect(args.spec, file_digest(args.data), arguments.runner(args), args.out)


def add_learn_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `learn` reads."""
    parser.add_argument("spec", type=json.loads, help="how to learn, as JSON")
    parser.add_argument("--priors", type=Path, nargs="+", required=True, help="observed runs")
    parser.add_argument("--log", type=Path, help="log file (default: the terminal)")
    parser.add_argument("--out", type=Path, required=True, help="what was learnt")


def learn(args: argparse.Namespace) -> None:
    """Choose the best earlier schedule and train the latent ODE."""
    import torch

    from epochbudget.lode.learn import learn

    torch.set_num_threads(1)  # its tensors are small, and Snakemake counts the job as one core
    learn(args.spec, args.priors, args.out)


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `table` reads."""
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="raw rows of the runs")
    parser.add_argument("--learnt", type=Path, nargs="+", required=True, help="what was learnt")
    parser.add_argument("--log", type=Path, help="log file (default: the terminal)")
    parser.add_argument("--out", type=Path, required=True, help="the table")


def table(args: argparse.Namespace) -> None:
    """Compare LODE with every other method, seed by seed."""
    from epochbudget.lode.table import write

    write(args.runs, args.learnt, args.out)
