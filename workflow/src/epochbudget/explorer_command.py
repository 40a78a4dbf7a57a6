"""`epochbudget explorer`: write the page of learning rates."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the page's templates are, and where it goes."""
    parser.add_argument("--templates", type=Path, default=Path("workflow/report"))
    parser.add_argument("--log", type=Path, help="log file (default: the terminal)")
    parser.add_argument("--out", type=Path, required=True, help="the page")


def run(args: argparse.Namespace) -> None:
    """Write the page."""
    from epochbudget.explorer import page
    from epochbudget.files import write_text

    write_text(args.out, page(args.templates))
