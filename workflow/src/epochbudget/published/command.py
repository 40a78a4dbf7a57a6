"""`epochbudget published`: fetch the authors' curves, recompute the published numbers, sum up, and
say which figures there are.
"""

import argparse
from pathlib import Path

from epochbudget.errors import UserError
from epochbudget.published.sources import CACHE, CHECKSUMS, FOLDER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the steps, each with its arguments."""
    steps = parser.add_subparsers(required=True, metavar="STEP")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--log", type=Path)
    common.add_argument("--tables", type=Path, default=FOLDER, help="folder of the numbers")

    fetch = steps.add_parser("download", parents=[common], help="fetch the authors' curves")
    fetch.add_argument("names", nargs="*", help="names of the files (default: all)")
    fetch.add_argument("--out", type=Path, default=CACHE, help="folder for the files")
    fetch.add_argument("--base-url", help="fetch from this address instead of the authors'")
    fetch.set_defaults(step=_download)

    again = steps.add_parser("recompute", parents=[common], help="recompute from curves")
    again.add_argument("--curves", type=Path, nargs="*", default=[], help="curve files")
    again.add_argument("--out", type=Path, required=True, help="the table of results")
    again.set_defaults(step=_recompute)

    summary = steps.add_parser("summary", parents=[common], help="count what matches")
    summary.add_argument("results", type=Path, help="table written by recompute")
    summary.set_defaults(step=_summary)

    figures = steps.add_parser("figures", parents=[common], help="count the figures from curves")
    figures.add_argument("files", type=Path, nargs="*", help="what was drawn")
    figures.set_defaults(step=_figures)


def run(args: argparse.Namespace) -> None:
    """Run one step.

    Raises:
        UserError: If a file is malformed, cannot be fetched, or a number does not match.
    """
    args.step(args)


def _download(args: argparse.Namespace) -> None:
    from epochbudget.published.download import BASE_URL, download
    from epochbudget.published.tables import read_checksums

    checksums = read_checksums(args.tables / CHECKSUMS)
    for name in args.names:
        if name not in checksums:
            raise UserError(
                f"{name} is none of the authors' files; there are {', '.join(checksums)}",
                "check its name",
            )
    wanted = {name: checksums[name] for name in args.names or checksums}
    download(args.out, wanted, args.base_url or BASE_URL)


def _recompute(args: argparse.Namespace) -> None:
    from epochbudget.files import write_csv
    from epochbudget.published.recompute import COLUMNS, recompute
    from epochbudget.published.tables import read_checksums, read_numbers

    numbers, checksums = read_numbers(args.tables), read_checksums(args.tables / CHECKSUMS)
    write_csv(args.out, recompute(numbers, args.curves, checksums), COLUMNS)


def _summary(args: argparse.Namespace) -> None:
    from epochbudget.published.recompute import COLUMNS
    from epochbudget.published.summary import as_text, read_table, require_matches

    rows = read_table(args.results, COLUMNS)
    print("\n".join(as_text(rows)), flush=True)
    require_matches(rows, args.results)


def _figures(args: argparse.Namespace) -> None:
    if not args.files:
        raise UserError(
            "the paper's figures are drawn from the authors' curves, and there are none",
            "add --config published_curves=DIR, the folder that they are in, or =download",
        )
    names = {path.stem for path in args.files}
    print(f"{len(names)} figures in {args.files[0].parent}", flush=True)
