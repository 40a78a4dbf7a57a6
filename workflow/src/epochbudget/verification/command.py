"""`epochbudget verify`: closed forms, verdicts, and a summary of them."""

import argparse
import json
from collections import Counter
from pathlib import Path

from epochbudget.errors import UserError
from epochbudget.published.sources import CHECKSUMS, FOLDER


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three steps, each with its arguments."""
    steps = parser.add_subparsers(required=True, metavar="STEP")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--log", type=Path)

    forms = steps.add_parser("closed-forms", parents=[common], help="check data and models")
    forms.add_argument("--out", type=Path, required=True)
    forms.set_defaults(step=_closed_forms)

    judge = steps.add_parser("judge", parents=[common], help="write verdicts, claims and report")
    judge.add_argument("spec", type=json.loads, help="what to verify, as JSON")
    judge.add_argument("--tables", type=Path, default=FOLDER)
    judge.add_argument("--curves", type=Path, nargs="*", default=[], help="the authors' curves")
    judge.add_argument("--recomputed", type=Path, required=True, help="numbers.csv")
    judge.add_argument("--closed-forms", type=Path, required=True, help="closed_forms.csv")
    judge.add_argument("--pareto", type=Path, nargs="*", default=[], help="the run's pareto.csv")
    judge.add_argument("--templates", type=Path, default=Path("workflow/report"))
    judge.add_argument("--folder", type=Path, required=True, help="where the results go")
    judge.set_defaults(step=_judge)

    summary = steps.add_parser("summary", parents=[common], help="count the verdicts")
    summary.add_argument("verdicts", type=Path)
    summary.add_argument("claims", type=Path)
    summary.add_argument("closed_forms", type=Path)
    summary.set_defaults(step=_summary)


def run(args: argparse.Namespace) -> None:
    """Run one step.

    Raises:
        UserError: If an input is missing or malformed, or a closed form does not come out.
    """
    args.step(args)


def _judge(args: argparse.Namespace) -> None:
    from epochbudget.files import write_csv, write_text
    from epochbudget.metrics.base import COLUMNS as METRIC_COLUMNS
    from epochbudget.published.recompute import COLUMNS
    from epochbudget.published.summary import read_table
    from epochbudget.published.tables import read_checksums, read_numbers
    from epochbudget.verification import cells, claims, closed_forms
    from epochbudget.verification.gather import Inputs, gather
    from epochbudget.verification.report import render

    report = gather(
        Inputs(
            spec=args.spec,
            numbers=read_numbers(args.tables),
            curves=args.curves,
            checksums=read_checksums(args.tables / CHECKSUMS),
            recomputed=read_table(args.recomputed, COLUMNS),
            closed_forms=read_table(args.closed_forms, closed_forms.COLUMNS),
            folder=args.folder,
            pareto=[row for path in args.pareto for row in read_table(path, METRIC_COLUMNS)],
        )
    )
    write_csv(args.folder / "verdicts.csv", report["verdicts"], cells.COLUMNS)
    write_csv(args.folder / "claims.csv", report["claims"], claims.COLUMNS)
    write_text(args.folder / "report.html", render(report, args.templates))


def _closed_forms(args: argparse.Namespace) -> None:
    from epochbudget.files import write_csv
    from epochbudget.verification.closed_forms import COLUMNS, rows

    write_csv(args.out, rows(), COLUMNS)


def _summary(args: argparse.Namespace) -> None:
    """Counts by model and verdict for the terminal, and where to read more."""
    from epochbudget.published.summary import read_table
    from epochbudget.verification import cells, claims, closed_forms
    from epochbudget.verification.report import CLAIM_VERDICTS, NUMBER_VERDICTS

    for title, path, columns, verdicts in (
        ("numbers", args.verdicts, cells.COLUMNS, NUMBER_VERDICTS),
        ("claims", args.claims, claims.COLUMNS, CLAIM_VERDICTS),
    ):
        rows = read_table(path, columns)
        print(f"{title:<9}" + "".join(f"{verdict:>21}" for verdict in verdicts))
        for model in dict.fromkeys(row["model"] for row in rows):
            found = Counter(row["verdict"] for row in rows if row["model"] == model)
            print(f"{model:<9}" + "".join(f"{found[verdict]:>21}" for verdict in verdicts))
    print(f"the report: {args.verdicts.with_name('report.html')}", flush=True)
    checks = read_table(args.closed_forms, closed_forms.COLUMNS)
    wrong = [row["check"] for row in checks if row["result"] != "yes"]
    if wrong:
        raise UserError(
            f"{len(wrong)} closed forms do not come out: {'; '.join(wrong)}",
            f"{args.closed_forms} has the numbers",
        )
