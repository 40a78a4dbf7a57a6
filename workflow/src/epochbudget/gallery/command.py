"""`epochbudget gallery`: write the page of all figures of a run."""

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the page shows, and where it goes."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=json.loads, help="the run's configuration, as JSON")
    source.add_argument("--curves", type=Path, nargs="*", help="the authors' curves")
    parser.add_argument(
        "--command", type=json.loads, required=True, help="words that make a figure, as JSON"
    )
    parser.add_argument("--templates", type=Path, default=Path("workflow/report"))
    parser.add_argument("--log", type=Path)
    parser.add_argument("--out", type=Path, required=True)


def run(args: argparse.Namespace) -> None:
    """Write the page.

    Raises:
        UserError: If there is no figure, or one is missing or damaged.
    """
    from epochbudget.config.load import load
    from epochbudget.experiment import Experiment
    from epochbudget.files import write_text
    from epochbudget.gallery.cards import gallery_of, published_gallery
    from epochbudget.gallery.page import render

    if args.curves is None:
        gallery = gallery_of(Experiment(load(args.config)))
    else:
        gallery = published_gallery(map(str, args.curves))
    write_text(args.out, render(gallery, args.command, args.templates))
