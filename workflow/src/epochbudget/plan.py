"""What a configuration will train, what it need not, and the hours: for `epochbudget plan`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from epochbudget.comparison import one_run, planned, read_best
from epochbudget.experiment import Experiment, Pair
from epochbudget.files import canonical_json, file_digest
from epochbudget.methods.base import Method
from epochbudget.step_times import StepTime, by_model
from epochbudget.studies import study_key
from epochbudget.training import trunks
from epochbudget.training.run import Run, method_with, with_defaults
from epochbudget.training.store import Store, epoch_of


@dataclass(frozen=True)
class Work:
    """Studies, runs and training epochs of one pair, of one model, or of all.

    Attributes:
        studies: Searches of hyperparameters.
        runs: Training runs that differ: a shorter run that is the beginning of a longer one, or
            one that a study has trained, is none of its own.
        study: Epochs of the study's trials, with all tuning seeds.
        comparison: Epochs of all budgets and seeds, each run on its own.
        prefixes: Of the comparison: shorter runs of budget-free methods, which are the beginning
            of the longest, and the trunks that shorter runs share with it.
        trials: Of the comparison: what the study's winning trial has trained already.
        stored: Finished, whether by this configuration or by another.
    """

    studies: int = 0
    runs: int = 0
    study: int = 0
    comparison: int = 0
    prefixes: int = 0
    trials: int = 0
    stored: int = 0

    @property
    def left(self) -> int:
        """Epochs that remain to be trained."""
        return self.study + self.comparison - self.prefixes - self.trials - self.stored

    def __add__(self, other: "Work") -> "Work":
        return Work(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


Plan = dict[tuple[str, str], Work]
Hours = dict[tuple[str, str], float | None]
COLUMNS = (*(field.name for field in fields(Work)), "left", "hours")


def plan(experiment: Experiment, store: Store) -> Plan:
    """The work of every pair, by label and code.

    Of a study, trials in its journal count as stored. Until its best.json is there nothing of the
    comparison does, because nobody knows its hyperparameters.
    """
    return {(pair.label, pair.code): _of(pair, experiment, store) for pair in experiment.pairs}


def hours(experiment: Experiment, work: Plan, times: Sequence[StepTime]) -> Hours:
    """Hours of every pair's epochs that are left, one run at a time, by label and code.

    Times are AdamW's. Learning-rate-free optimizers are taken to be as fast; on a CPU they take up
    to 1.7 times as long where a model has many weights and a small step (Integral_MLP).

    Args:
        experiment: The configuration.
        work: Its plan.
        times: Step times of its models; None stands for the hours of a model that they lack.
    """
    known = by_model(experiment, times)
    found: Hours = {}
    for pair in experiment.pairs:
        key, time = (pair.label, pair.code), known[pair.task.label]
        found[key] = time.epoch_s * work[key].left / 3600 if time else None
    return found


def _of(pair: Pair, experiment: Experiment, store: Store) -> Work:
    study, budgets, seeds = experiment.config.study, experiment.budgets, experiment.seeds
    searched = experiment.studied(pair)
    if experiment.mode == "optimize" and not searched:
        return Work()
    data, best = data_of(pair, experiment), hyperparameters(pair, experiment)
    work = _earlier(pair, experiment, store) if pair.method.steering else Work()
    if searched:
        trials = study.trials * len(study.seeds)
        ended = trials if best else trials_ended(pair, experiment) * len(study.seeds)
        work = Work(1, trials, study=trials * study.epochs, stored=ended * study.epochs)
    if experiment.mode == "optimize":
        return work
    found = best or _any_hyperparameters(pair, experiment)
    trained = pair
    if best and pair.method.steering == "nothing":
        trained = replace(pair, method=method_with(best["base"], pair.optimizer))
    used = with_defaults(trained.method, found, experiment.config.infimum_lr)
    shared = len({*study.seeds} & {*seeds}) if searched else 0
    budget_free, method = trained.method.budget_free(used), _sharing(trained, experiment)
    if budget_free:
        runs, needed, trial = 1, max(budgets), min(study.epochs, max(budgets))
    else:
        runs, needed = len(budgets), epochs_needed(budgets, used, method)
        others = [budget for budget in budgets if budget != study.epochs]
        ends = {method.trunk(study.epochs, used)} if method.trunk else set()
        trial = needed - epochs_needed(others, used, method, ends)
    again = budget_free or study.epochs in budgets
    work += Work(
        runs=len(seeds) * runs - again * shared,
        comparison=sum(budgets) * len(seeds),
        prefixes=(sum(budgets) - needed) * len(seeds),
        trials=trial * shared,
    )
    if data and best:
        finished = _finished(pair, experiment, best, data, store)
        work += Work(stored=max(0, finished - work.trials))
    return work


def _sharing(pair: Pair, experiment: Experiment) -> Method:
    """The method; without a trunk if its runs train in lockstep, all budgets at once."""
    together = pair.task.label in experiment.config.training.lockstep
    return replace(pair.method, trunk=None) if together else pair.method


def epochs_needed(
    budgets: Sequence[int],
    hyperparameters: Mapping[str, Any],
    method: Method,
    ends: Collection[int] = (),
) -> int:
    """Epochs that runs to `budgets` with one seed take, none of which has begun.

    The longest comes first; each begins at the last end of a trunk that is within its own, and
    leaves those that come after that.

    Args:
        budgets: Their budgets.
        hyperparameters: Their hyperparameters.
        method: Their method, which is not budget-free with these hyperparameters.
        ends: Epochs after which there is a checkpoint of their trunk.
    """
    if method.trunk is None:
        return sum(budgets)
    own = {b: method.trunk(b, hyperparameters) for b in sorted(budgets, reverse=True)}
    there, needed = {0, *ends}, 0
    for budget, trunk in own.items():
        start = max(end for end in there if end <= trunk)
        needed += budget - start
        there |= {end for end in own.values() if start < end <= trunk}
    return needed


def data_of(pair: Pair, experiment: Experiment) -> str | None:
    """The digest of the pair's data file; None if there is none yet."""
    return _digest(Path(experiment.path("data", dataset=pair.task.dataset)))


def hyperparameters(pair: Pair, experiment: Experiment) -> dict[str, Any] | None:
    """Those of the comparison; None while its study has not ended."""
    if pair.method.steering:
        return _learnt(pair, experiment)
    if experiment.mode == "compare":
        return experiment.default_hyperparameters(pair)
    return _best(pair, experiment, data_of(pair, experiment))


def _learnt(pair: Pair, experiment: Experiment) -> dict[str, Any] | None:
    """What LODE has learnt, if it has, and from such runs as it would learn from now."""
    path = Path(experiment.path("lode", label=pair.label, code=pair.code))
    if not path.is_file():
        return None
    record, data = read_best(path), data_of(pair, experiment)
    priors = [[experiment.prior_spec(prior), data] for prior in experiment.priors(pair.label)]
    made_from = canonical_json({"spec": experiment.lode_spec(pair), "priors": priors})
    current = canonical_json(record.get("made_from", {})) == made_from
    return dict(record["hyperparameters"]) if current else None


def _earlier(pair: Pair, experiment: Experiment, store: Store) -> Work:
    """The runs that LODE learns from; they count with the first of its methods on a model."""
    if pair != next(other for other in experiment.steered if other.label == pair.label):
        return Work()
    runs = prior_runs(pair, experiment)
    budget = max(experiment.budgets)
    count = len(experiment.config.lode.lr_factors) * len(experiment.config.lode.seeds)
    count *= len(experiment.config.lode.prior_methods)
    observed = [run for run in runs if "observations" in store.noted(run)]
    done = sum(store.read(run).covers(run.budget) for run in observed)
    return Work(runs=count, comparison=count * budget, stored=done * budget)


def prior_runs(pair: Pair, experiment: Experiment) -> list[Run]:
    """The runs that LODE learns from on the model of `pair`; none while there are no data."""
    data = data_of(pair, experiment)
    specs = [experiment.prior_spec(prior) for prior in experiment.priors(pair.label)]
    return [run for spec in specs for run in planned(spec, data)] if data else []


def _finished(
    pair: Pair, experiment: Experiment, best: Mapping[str, Any], data: str, store: Store
) -> int:
    """Epochs of the comparison that are in the store, each counted once."""
    spec = experiment.comparison_spec(pair)
    finished = 0
    for seed in experiment.seeds:
        runs = [one_run(spec, best, budget, seed, data) for budget in experiment.budgets]
        longest = max(runs, key=lambda run: run.budget)
        if longest.budget_free:
            history = store.read(longest)
            covered = history.covers(longest.budget)
            finished += longest.budget if covered else history.epochs
        else:
            missing = [run.budget for run in runs if not store.read(run).covers(run.budget)]
            used, ends = longest.hyperparameters, map(epoch_of, trunks.left(store, longest))
            method = _sharing(replace(pair, method=longest.the_method), experiment)
            finished += epochs_needed(experiment.budgets, used, method)
            finished -= epochs_needed(missing, used, method, [*ends])
    return finished


def _any_hyperparameters(pair: Pair, experiment: Experiment) -> dict[str, Any]:
    """Hyperparameters as a study might find them, for what depends on their names alone."""
    space = pair.method.search(experiment.config.study.epochs, 1)
    given = experiment.default_hyperparameters(pair)
    return {**{param.name: param.low for param in space}, **given}


def _best(pair: Pair, experiment: Experiment, data: str | None) -> dict[str, Any] | None:
    """What the study has found, if it has ended."""
    path = Path(experiment.path("best", label=pair.label, code=pair.code))
    if data is None or not path.is_file():
        return None
    record = read_best(path)
    key = study_key(experiment.study_spec(pair), data)
    return dict(record["hyperparameters"]) if record.get("study") == key else None


def trials_ended(pair: Pair, experiment: Experiment) -> int:
    """Trials in the journal of a study."""
    data = data_of(pair, experiment)
    best = Path(experiment.path("best", label=pair.label, code=pair.code))
    journal = best.with_name("journal.log")
    if data is None or not journal.is_file():
        return 0
    from epochbudget.journal import ended_trials  # imports optuna

    return ended_trials(journal, study_key(experiment.study_spec(pair), data))


@cache
def _digest(data: Path) -> str | None:
    return file_digest(data) if data.is_file() else None
