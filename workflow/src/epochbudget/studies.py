"""Hyperparameter studies: Optuna's TPE at one epoch budget (paper, section on the experiments).

The sampler is deterministic, so its state need not be stored: a study is replayed from its
journal, trial by trial, and whatever the journal lacks is evaluated. An interrupted trial is not
in the journal; it comes again under its own number, and its training run continues from its
checkpoint.
"""

import csv
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.files import atomic, canonical_json, text_digest, write_json
from epochbudget.methods.base import Param
from epochbudget.training import trunks
from epochbudget.training.locks import exclusive
from epochbudget.training.run import Run, method_with, run_code, with_defaults
from epochbudget.training.runner import Runner

if TYPE_CHECKING:
    import optuna

log = logging.getLogger(__name__)

START_UP = 10
"""Random trials at the start of a study (Optuna's default)."""


@dataclass(frozen=True)
class Outcome:
    """What a trial gave: its value (None if it failed), and the reason of a failure."""

    value: float | None
    reason: str = ""


def study_key(spec: Mapping[str, Any], data: str) -> str:
    """A digest of all that a study's trials depend on."""
    task = registry.tasks()[spec["task"]["label"]]
    code = run_code(task, method_with(spec["method"], spec.get("optimizer")))
    return text_digest(canonical_json({"spec": dict(spec), "data": data, "code": code}))


class StudyJob:
    """One study.

    Args:
        spec: The study's slice of the configuration (`Experiment.study_spec`).
        data: Digest of the data file.
        runner: Carries out the runs.
    """

    def __init__(self, spec: Mapping[str, Any], data: str, runner: Runner) -> None:
        self.spec = spec
        self.data = data
        self.runner = runner
        self.method = method_with(spec["method"], spec.get("optimizer"))
        self.key = study_key(spec, data)

    def run(self, folder: Path) -> None:
        """Complete the study; writes trials.csv and best.json into `folder`.

        Raises:
            UserError: If every trial failed, or the journal disagrees with the sampler.
        """
        with exclusive(folder / ".lock", f"the study in {folder}"):
            self._run_alone(folder)

    def _run_alone(self, folder: Path) -> None:
        import optuna

        from epochbudget.journal import Journal

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(
            # Spelt out because Optuna 5 changed their defaults; these are version 4's.
            seed=self.spec["sampler_seed"],
            multivariate=False,
            constant_liar=False,
            n_startup_trials=START_UP,
        )
        replay = optuna.create_study(sampler=sampler, direction="minimize")
        journal = Journal(folder / "journal.log", self.key)
        recorded = journal.trials
        while (done := len(replay.get_trials(deepcopy=False))) < self.spec["trials"]:
            count = min(self._foreseeable(replay), self.spec["trials"] - done)
            asked = [replay.ask() for _ in range(count)]
            parameters = {trial.number: self._suggest(trial) for trial in asked}
            new = {n: found for n, found in parameters.items() if n >= len(recorded)}
            self.runner.train_ahead(
                [self._run(found, seed) for found in new.values() for seed in self.spec["seeds"]]
            )
            for trial in asked:
                number, found = trial.number, parameters[trial.number]
                if number in new:
                    outcome = self._evaluate(number, found)
                else:
                    outcome = self._recall(recorded[number], found, folder)
                self._tell(replay, trial, outcome)
                if number in new:
                    journal.add(replay.get_trials(deepcopy=False)[number])
        trials = replay.get_trials(deepcopy=False)
        self._write_trials(trials, folder / "trials.csv")
        self._write_best(trials, folder / "best.json")

    @staticmethod
    def _foreseeable(study: "optuna.Study") -> int:
        """How many trials can be asked for at once without changing any of them.

        As long as fewer than START_UP trials have succeeded, TPE draws at random and looks at
        nothing.
        """
        succeeded = sum(trial.value is not None for trial in study.get_trials(deepcopy=False))
        return max(1, START_UP - succeeded)

    @cached_property
    def space(self) -> tuple[Param, ...]:
        """lr, the method's own and the optimizer's, with the configuration's ranges."""
        steps = math.ceil(self._train_size() / self._batch_size())
        own = self.method.search(self.spec["epochs"], steps)
        ranges = self.spec["ranges"]
        params = own if self.method.lr_free else (Param("lr", **ranges["lr"]), *own)
        known = {param.name for param in params}
        params += tuple(Param(name, **r) for name, r in ranges.items() if name not in known)
        searched = [p for p in params if p.name not in self.spec["given"]]
        return tuple(Param(p.name, **ranges[p.name]) if p.name in ranges else p for p in searched)

    def _train_size(self) -> int:
        return self.runner.problem(self._run({}, seed=0)).train_size

    def _batch_size(self) -> int:
        return int(self.spec["task"]["settings"]["batch_size"])

    def _suggest(self, trial: "optuna.Trial") -> dict[str, Any]:
        for param in self.space:
            if param.step is None:
                trial.suggest_float(param.name, param.low, param.high, log=param.log)
            else:
                trial.suggest_int(param.name, int(param.low), int(param.high), step=param.step)
        return dict(trial.params)

    def _recall(
        self, recorded: "optuna.trial.FrozenTrial", parameters: Mapping[str, Any], folder: Path
    ) -> Outcome:
        if recorded.params != parameters:
            raise UserError(
                f"{folder}: trial {recorded.number} of the journal has {recorded.params}, but this "
                f"version of Optuna asks for {parameters}",
                "install the versions of envs/requirements.txt, or delete that folder",
            )
        return Outcome(recorded.value, recorded.user_attrs["reason"])

    def _evaluate(self, number: int, parameters: Mapping[str, Any]) -> Outcome:
        """The mean over the tuning seeds of the last epoch's validation loss."""
        log.info("trial %d: %s", number, parameters)
        losses = []
        for seed in self.spec["seeds"]:
            history = self.runner.history(self._run(parameters, seed))
            if history.status != "finished":
                reason = f"seed {seed} {history.status} in epoch {history.epochs + 1}"
                log.warning("trial %d failed: %s", number, reason)
                return Outcome(None, reason)
            losses.append(history.columns["val_loss"][-1])
        return Outcome(math.fsum(losses) / len(losses))

    def _run(self, parameters: Mapping[str, Any], seed: int) -> Run:
        return Run(
            task=self.spec["task"],
            method=self.spec["method"],
            optimizer=self.spec.get("optimizer"),
            hyperparameters=with_defaults(
                self.method, {**self.spec["given"], **parameters}, self.spec.get("infimum_lr")
            ),
            budget=self.spec["epochs"],
            seed=seed,
            data=self.data,
        )

    @staticmethod
    def _tell(study: "optuna.Study", trial: "optuna.Trial", outcome: Outcome) -> None:
        import optuna

        trial.set_user_attr("reason", outcome.reason)
        state = optuna.trial.TrialState
        if outcome.value is None:
            study.tell(trial, state=state.FAIL)
        else:
            study.tell(trial, outcome.value, state=state.COMPLETE)

    def _write_trials(self, trials: "Sequence[optuna.trial.FrozenTrial]", path: Path) -> None:
        names = [param.name for param in self.space]
        with atomic(path) as temporary, temporary.open("w", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["trial", "state", "value", *names, "reason"])
            for t in trials:
                value = "" if t.value is None else repr(t.value)
                row = [t.number, t.state.name, value, *(repr(t.params[n]) for n in names)]
                writer.writerow([*row, t.user_attrs["reason"]])

    def _write_best(self, trials: "Sequence[optuna.trial.FrozenTrial]", path: Path) -> None:
        finished = [t for t in trials if t.value is not None]
        if not finished:
            raise UserError(
                f"{path.parent}: all {len(trials)} trials failed, the first one because "
                f"{trials[0].user_attrs['reason']}",
                "lower the upper bound of study.lr; the log of this job has the other reasons",
            )
        best = min(finished, key=lambda t: (t.value, t.number))
        for trial in trials:
            if trial.number != best.number:
                for seed in self.spec["seeds"]:
                    run = self._run(trial.params, seed)
                    self.runner.store.discard_checkpoints(run)
                    trunks.discard(self.runner.store, run)
        write_json(
            path,
            {
                "hyperparameters": {**self.spec["given"], **best.params},
                "value": best.value,
                "trial": best.number,
                "trials": len(trials),
                "failed": len(trials) - len(finished),
                "study": self.key,
                "data": self.data,
                "spec": dict(self.spec),
            },
        )
