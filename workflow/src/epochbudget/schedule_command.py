"""`epochbudget schedule`: the learning rates that methods use in each optimizer step."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from epochbudget import plugins
from epochbudget.errors import UserError
from epochbudget.methods.base import Method
from epochbudget.registry import methods
from epochbudget.settings import (
    RATE,
    WHOLE,
    all_settings,
    parse_number,
    parse_pairs,
    parse_settings,
)
from epochbudget.terminal_plot import plot

DEFAULT_INFIMUM_LR = 1e-6
ROWS = 11
"""Rows of the table for people."""
FORMATS = (".png", ".pdf", ".svg")

Rates = Mapping[str, Sequence[float]]
"""The rate of each optimizer step, by code."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `epochbudget schedule`; `run` checks their values."""
    parser.add_argument(
        "codes",
        metavar="CODE",
        nargs="+",
        help=f"methods: {', '.join(methods())}, or FILE.py:NAME of a schedule of your own",
    )
    parser.add_argument("--budget", metavar="N", required=True, help="epochs of the run")
    parser.add_argument("--lr", metavar="F", help="learning rate; not for learning-rate-free ones")
    parser.add_argument(
        "--infimum-lr", metavar="F", help=f"rate to fall to (default {DEFAULT_INFIMUM_LR:g})"
    )
    parser.add_argument(
        "--steps-per-epoch", metavar="K", default="1", help="optimizer steps an epoch (default 1)"
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help=f"a hyperparameter: {', '.join(sorted(all_settings()))}",
    )
    parser.add_argument(
        "--csv",
        action="store_true",
        help="print step,epoch,lr of every step, in full precision; of several methods, code first",
    )
    parser.add_argument("--plot", action="store_true", help="draw in the terminal")
    # args.log is the log file of every command.
    parser.add_argument(
        "--log", action="store_true", dest="logarithmic", help="draw on a logarithmic axis"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"draw: {', '.join(FORMATS)}")
    parser.add_argument(
        "--configfile",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="configuration whose plug-ins are methods, too",
    )


def run(args: argparse.Namespace) -> None:
    """Print the schedules, and draw them where that is asked for.

    Raises:
        UserError: If a name or a value is not allowed, or a file cannot be written.
    """
    from epochbudget.schedules.rates import learning_rates  # imports torch

    chosen = _methods(_plugged_in(args))
    _check_output(args)
    budget = int(WHOLE.checked("--budget", parse_number("--budget", args.budget)))
    steps = int(
        WHOLE.checked("--steps-per-epoch", parse_number("--steps-per-epoch", args.steps_per_epoch))
    )
    given = _hyperparameters(chosen, args)
    rates = {m.code: learning_rates(m, _used(m, given), budget, steps) for m in chosen}
    if args.out is not None:
        _draw(rates, given, budget, steps, args)
    if args.csv:
        lines = _csv(rates, steps)
    elif args.plot:
        lines = plot(rates, budget - 1 / steps, args.logarithmic)
    else:
        lines = _table(chosen, given, rates, steps)
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; Python would complain when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plugged_in(args: argparse.Namespace) -> list[str]:
    """Codes of methods; a FILE.py:NAME becomes a method by its name, which gets all settings."""
    configured: dict[str, Mapping[str, Any]] = {}
    if args.configfile:
        from epochbudget.config.load import load_files

        plugged = load_files(args.configfile).plugins
        configured = {code: plugin.model_dump(mode="json") for code, plugin in plugged.items()}
    names = [code.rpartition(":")[2] for code in args.codes]
    given = {name: code for name, code in zip(names, args.codes, strict=True) if ":" in code}
    for name, code in given.items():
        if name in methods():
            raise UserError(f"CODE {code} has the name of a method, {name}", "rename the function")
    if given:
        config = parse_pairs(args.set)
        own = {n: {"schedule": c, "config": config} for n, c in given.items()}
        plugins.export({**configured, **own})
    return names


def _methods(codes: Sequence[str]) -> list[Method]:
    for place, code in enumerate(codes):
        if code not in methods():
            raise UserError(
                f"CODE is {code!r}, allowed are {', '.join(methods())}", "codes are case-sensitive"
            )
        if code in codes[:place]:
            raise UserError(f"CODE {code} is given twice", "give it once")
    return [methods()[code] for code in codes]


def _check_output(args: argparse.Namespace) -> None:
    if args.csv and args.plot:
        raise UserError("--csv and --plot are both given", "ask for one of them")
    if args.logarithmic and not (args.plot or args.out):
        raise UserError("--log is given, but nothing is drawn", "add --plot or --out FILE")
    if args.out is not None and args.out.suffix not in FORMATS:
        raise UserError(
            f"--out is {str(args.out)!r}, allowed are names that end in {', '.join(FORMATS)}",
            "the end of the name chooses the format",
        )


def _hyperparameters(chosen: Sequence[Method], args: argparse.Namespace) -> dict[str, float]:
    """lr, infimum_lr and what else is given on the command line, checked for every method."""
    given: dict[str, float] = {}
    for method in chosen:
        given |= _given(method, args)
    if args.lr is not None:
        given["lr"] = RATE.checked("--lr", parse_number("--lr", args.lr))
    for method in chosen:
        if args.lr is None and not method.lr_free:
            raise UserError(f"--lr is missing, and {method.code} needs it", "add --lr 0.01, say")
    used = {name for method in chosen for name in _used(method, given)}
    unused = [name for name in given if name not in used]
    if unused:
        verb = "ignores" if len(chosen) == 1 else "ignore"
        codes = ", ".join(method.code for method in chosen)
        print(f"note: {codes} {verb} {', '.join(unused)}", file=sys.stderr)
    return {"infimum_lr": DEFAULT_INFIMUM_LR, **given}


def _given(method: Method, args: argparse.Namespace) -> dict[str, float]:
    """The settings in --set and --infimum-lr, checked."""
    items = list(args.set)
    if args.infimum_lr is not None:
        items.append(f"infimum_lr={args.infimum_lr}")
    return parse_settings(items, {**all_settings(), **method.settings})


def _used(method: Method, hyperparameters: Mapping[str, float]) -> dict[str, float]:
    """What a method uses: those of the hyperparameters, and its defaults for others."""
    names = {*method.settings, *(() if method.lr_free else ("lr",))}
    given = {name: value for name, value in hyperparameters.items() if name in names}
    return {**method.defaults, **given}


def _draw(
    rates: Rates,
    hyperparameters: Mapping[str, float],
    budget: int,
    steps_per_epoch: int,
    args: argparse.Namespace,
) -> None:
    from epochbudget.figures.drawing.schedules import draw_schedules
    from epochbudget.figures.drawing.style import save

    used = [_used(methods()[code], hyperparameters).items() for code in rates]
    pairs = dict.fromkeys(pair for several in used for pair in several)
    unclear = {name for name, count in Counter(name for name, _ in pairs).items() if count > 1}
    notes = [f"{name} {value:g}" for name, value in pairs if name not in unclear]
    canvas = draw_schedules(rates, budget, steps_per_epoch, notes, args.logarithmic)
    save(canvas, args.out)


def _csv(rates: Rates, steps_per_epoch: int) -> Iterator[str]:
    several = len(rates) > 1
    yield "code,step,epoch,lr" if several else "step,epoch,lr"
    for code, values in rates.items():
        first = f"{code}," if several else ""
        for step, rate in enumerate(values):
            yield f"{first}{step},{step // steps_per_epoch},{rate!r}"


def _table(
    chosen: Sequence[Method], hyperparameters: Mapping[str, float], rates: Rates, steps: int
) -> Iterator[str]:
    """A summary of each method, then evenly spaced rows, the first and the last step among them."""
    for method in chosen:
        yield from _summary(method, _used(method, hyperparameters), rates[method.code], steps)
    heads = list(rates) if len(rates) > 1 else ["lr"]
    yield f"{'step':>10}{'epoch':>8}" + "".join(f"{head:>14}" for head in heads)
    last = len(rates[chosen[0].code]) - 1
    for step in sorted({round(i * last / (ROWS - 1)) for i in range(ROWS)}):
        cells = "".join(f"{values[step]:>14.6g}" for values in rates.values())
        yield f"{step:>10}{step // steps:>8}{cells}"


def _summary(
    method: Method, hyperparameters: Mapping[str, float], rates: Sequence[float], steps: int
) -> Iterator[str]:
    used = [name for name in ("lr", *method.settings) if name in hyperparameters]
    yield f"{method.name} ({method.code}), {len(rates)} steps, {steps} an epoch"
    yield ", ".join(f"{name} {hyperparameters[name]}" for name in used) or "no settings"
    low, high = min(rates), max(rates)
    if method.feedback:
        yield "as long as the validation loss falls"
    yield f"first {rates[0]:.6g}, last {rates[-1]:.6g}"
    yield f"lowest {low:.6g} in step {rates.index(low)}"
    yield f"highest {high:.6g} in step {rates.index(high)}"
