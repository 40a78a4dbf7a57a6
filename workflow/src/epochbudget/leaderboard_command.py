"""`epochbudget leaderboard`: its arguments."""

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `run` reads."""
    parser.add_argument("spec", type=json.loads, help="specification of the leaderboard, as JSON")
    parser.add_argument("--tables", type=Path, nargs=2, required=True, help="best.csv, final.csv")
    parser.add_argument("--log", type=Path, help="log file (default: the terminal)")
    parser.add_argument("--out", type=Path, required=True, help="the table")


def run(args: argparse.Namespace) -> None:
    """Write the leaderboard."""
    from epochbudget.leaderboard import write

    write(args.spec, args.tables, args.out)
