"""One run by hand: `epochbudget train`, for trying hyperparameters."""

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

from epochbudget.config.load import load_files
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment, Pair
from epochbudget.files import file_digest
from epochbudget.settings import RATE, WHOLE, parse_settings
from epochbudget.training.device import prepare
from epochbudget.training.run import Run, with_defaults
from epochbudget.training.runner import Runner
from epochbudget.training.store import Store
from epochbudget.training.tracking import Tracking


def train(args: argparse.Namespace) -> None:
    """Train one configuration and print its curve as CSV; the run stays in the store."""
    config = load_files(args.configfile)
    label = args.model if args.optimizer == "AdamW" else f"{args.model}_{args.optimizer}"
    chosen = {"models": (args.model,), "methods": (args.method,), "methods_by_model": {}}
    config = config.model_copy(update={**chosen, "optimizers": (args.optimizer,)})
    experiment = Experiment(config)
    pair = experiment.pair(label, args.method)
    data = Path(experiment.path("data", dataset=pair.task.dataset))
    if not data.is_file():
        raise UserError(f"{data}: there is no such data file", f"make it with: snakemake {data}")
    runner = Runner(
        store=Store(Path("results/store")),
        data=data,
        device=prepare(config.training.device),
        log_every=config.training.log_every,
        checkpoint_seconds=config.training.checkpoint_seconds,
        tracking=Tracking(**config.tracking.model_dump()),
    )
    _print(runner, _run(experiment, pair, args, file_digest(data)))


def _run(experiment: Experiment, pair: Pair, args: argparse.Namespace, data: str) -> Run:
    allowed = {**pair.method.settings, **({} if pair.method.lr_free else {"lr": RATE})}
    given: dict[str, Any] = {
        **experiment.default_hyperparameters(pair),
        **parse_settings(args.settings, allowed),
    }
    infimum_lr = experiment.config.infimum_lr if "infimum_lr" in pair.method.settings else None
    return Run(
        task=experiment.task_spec(pair),
        method=pair.code,
        optimizer=None if pair.method.lr_free else pair.optimizer,
        hyperparameters=with_defaults(pair.method, given, infimum_lr),
        budget=int(WHOLE.checked("--budget", args.budget)),
        seed=args.seed,
        data=data,
    )


def _print(runner: Runner, run: Run) -> None:
    history = runner.history(run)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = ("train_loss", "val_loss", "accuracy", "lr")
    writer.writerow(["epoch", *names])
    for epoch, row in enumerate(zip(*(history.columns[n] for n in names), strict=True), start=1):
        writer.writerow([epoch, *("" if value is None else repr(value) for value in row)])
