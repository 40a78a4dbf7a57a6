"""`epochbudget schedule`: the learning rate that a method uses in each optimizer step."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from epochbudget.errors import UserError
from epochbudget.methods.base import Method
from epochbudget.registry import methods
from epochbudget.settings import RATE, WHOLE, all_settings, parse_number, parse_settings

DEFAULT_INFIMUM_LR = 1e-6
ROWS = 11
"""Rows of the table for people."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `epochbudget schedule`; `run` checks their values."""
    parser.add_argument("code", metavar="CODE", help=f"method: {', '.join(methods())}")
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
        "--csv", action="store_true", help="print step,epoch,lr of every step, in full precision"
    )


def run(args: argparse.Namespace) -> None:
    """Print the schedule.

    Raises:
        UserError: If a name or a value is not allowed.
    """
    from epochbudget.schedules.rates import learning_rates  # imports torch

    method = _method(args.code)
    budget = int(WHOLE.checked("--budget", parse_number("--budget", args.budget)))
    steps = int(
        WHOLE.checked("--steps-per-epoch", parse_number("--steps-per-epoch", args.steps_per_epoch))
    )
    hyperparameters = _hyperparameters(method, args)
    rates = learning_rates(method, hyperparameters, budget, steps)
    lines = _csv(rates, steps) if args.csv else _table(method, hyperparameters, rates, steps)
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough; Python would complain when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _method(code: str) -> Method:
    if code not in methods():
        raise UserError(
            f"CODE is {code!r}, allowed are {', '.join(methods())}", "codes are case-sensitive"
        )
    return methods()[code]


def _hyperparameters(method: Method, args: argparse.Namespace) -> dict[str, float]:
    """lr, infimum_lr and what else the method uses, from the command line."""
    given = _given(method, args)
    if args.lr is not None:
        given["lr"] = RATE.checked("--lr", parse_number("--lr", args.lr))
    elif not method.lr_free:
        raise UserError(f"--lr is missing, and {method.code} needs it", "add --lr 0.01, say")
    used = {*method.settings, *(() if method.lr_free else ("lr",))}
    unused = [name for name in given if name not in used]
    if unused:
        print(f"note: {method.code} ignores {', '.join(unused)}", file=sys.stderr)
    kept = {name: value for name, value in given.items() if name in used}
    return {"infimum_lr": DEFAULT_INFIMUM_LR, **kept}


def _given(method: Method, args: argparse.Namespace) -> dict[str, float]:
    """The settings in --set and --infimum-lr, checked."""
    items = list(args.set)
    if args.infimum_lr is not None:
        items.append(f"infimum_lr={args.infimum_lr}")
    return parse_settings(items, {**all_settings(), **method.settings})


def _csv(rates: Sequence[float], steps_per_epoch: int) -> Iterator[str]:
    yield "step,epoch,lr"
    for step, rate in enumerate(rates):
        yield f"{step},{step // steps_per_epoch},{rate!r}"


def _table(
    method: Method, hyperparameters: Mapping[str, float], rates: Sequence[float], steps: int
) -> Iterator[str]:
    """A summary and evenly spaced rows, the first and the last step among them."""
    used = [name for name in ("lr", *method.settings) if name in hyperparameters]
    yield f"{method.name} ({method.code}), {len(rates)} steps, {steps} an epoch"
    yield ", ".join(f"{name} {hyperparameters[name]}" for name in used) or "no settings"
    low, high = min(rates), max(rates)
    yield f"first {rates[0]:.6g}, last {rates[-1]:.6g}"
    yield f"lowest {low:.6g} in step {rates.index(low)}"
    yield f"highest {high:.6g} in step {rates.index(high)}"
    yield f"{'step':>10}{'epoch':>8}{'lr':>14}"
    last = len(rates) - 1
    for step in sorted({round(i * last / (ROWS - 1)) for i in range(ROWS)}):
        yield f"{step:>10}{step // steps:>8}{rates[step]:>14.6g}"
