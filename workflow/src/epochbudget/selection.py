"""What `epochbudget plan` and `epochbudget status` share: the part of a configuration that is asked
about, and tables for a terminal. `epochbudget train` names its configuration in the same way.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.errors import UserError

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment


def add_configfile(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names configuration files."""
    parser.add_argument(
        "--configfile",
        type=Path,
        nargs="+",
        default=[Path("config/config.yaml")],
        help="the last one on top (default: config/config.yaml)",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `selected` reads."""
    add_configfile(parser)
    parser.add_argument("--models", nargs="+", metavar="LABEL", help="only these models")
    parser.add_argument("--methods", nargs="+", metavar="CODE", help="only these methods")


def selected(args: argparse.Namespace) -> "Experiment":
    """The configuration, narrowed to what was asked for, so that the usual checks apply to it.

    Raises:
        UserError: If the configuration or a name is not allowed, or nothing is left.
    """
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


def aligned(lines: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of cells in columns, the first `left` of them flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = []
    for cells in lines:
        padded = [
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        texts.append("  ".join(padded).rstrip())
    return texts
