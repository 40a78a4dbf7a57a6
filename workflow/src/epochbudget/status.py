"""How far a configuration is: what is done, runs, has failed or is missing, and why.

All of it is read from the files of studies and runs, so it can be asked from any machine that sees
the folder, whatever started the jobs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from epochbudget.comparison import one_run
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment, Pair
from epochbudget.plan import data_of, hyperparameters, plan, trials_ended
from epochbudget.training import failures, progress
from epochbudget.training.locks import is_held
from epochbudget.training.run import Run
from epochbudget.training.store import Store, checkpoints, epoch_of
from epochbudget.training.trunks import usable

STATES = ("done", "diverged", "running", "failed", "interrupted", "missing")


@dataclass(frozen=True)
class State:
    """A study, or one run of a comparison.

    Attributes:
        model: Label.
        method: Code.
        stage: "study" or "comparison".
        budget: Epochs of a trial or of the run.
        seed: The run's seed; None for a study.
        state: One of STATES.
        done: Trials or epochs so far.
        of: Trials or epochs in all.
        seconds: Of an epoch, as far as is known.
        note: Where it runs, or why not.
        key: The run key, which names its folder in the store; runs of a budget-free method to
            several budgets are one run.
        trunk: Epochs of `done` that this or another run has left for the other budgets.
    """

    model: str
    method: str
    stage: str
    budget: int
    seed: int | None
    state: str
    done: int
    of: int
    seconds: float | None = None
    note: str = ""
    key: str = ""
    trunk: int = 0


@dataclass(frozen=True)
class Now:
    """What is under way in the store, trials of studies too, and what has failed there."""

    running: list[progress.Progress]
    failed: list[failures.Failure]


def states(experiment: Experiment, store: Store) -> list[State]:
    """The state of every study and of every run of the comparisons."""
    return [state for pair in experiment.pairs for state in _of(pair, experiment, store)]


def now(store: Store) -> Now:
    """What is under way and what has failed, whatever configuration asked for it."""
    running, failed = [], []
    for folder in sorted(store.folder.glob("*")):
        if is_held(folder / ".lock"):
            if found := progress.read(folder):
                running.append(found)
        elif failure := failures.read(folder):
            failed.append(failure)
    return Now(running, failed)


def hours_left(experiment: Experiment, store: Store, found: list[State]) -> dict[str, float | None]:
    """Hours of what is left of each model, one run at a time.

    The time of an epoch is the mean of those of the same model that run or have ended; None while
    there is none. Epochs of a study's trial that is under way still count as left.
    """
    hours: dict[str, float | None] = dict.fromkeys(experiment.labels, 0.0)
    for (label, code), work in plan(experiment, store).items():
        own = [s for s in found if (s.model, s.method) == (label, code)]
        under_way = [s for s in own if s.key and s.state in ("running", "interrupted")]
        begun = {s.key: s.done - s.trunk for s in under_way}  # the plan knows of trunks
        left = max(0, work.left - sum(begun.values()))
        times = [s.seconds for s in found if s.model == label and s.seconds]
        known = hours[label]
        if left and known is not None:
            hours[label] = known + left * sum(times) / len(times) / 3600 if times else None
    return hours


def _of(pair: Pair, experiment: Experiment, store: Store) -> Iterator[State]:
    if experiment.studied(pair):
        yield _study(pair, experiment)
    if experiment.mode == "optimize":
        return
    why = "LODE has not learnt yet" if pair.method.steering else "its study has not ended"
    found, data = hyperparameters(pair, experiment), data_of(pair, experiment)
    spec = experiment.comparison_spec(pair)
    for budget in experiment.budgets:
        for seed in experiment.seeds:
            place = (pair.label, pair.code, "comparison", budget, seed)
            if found is None or data is None:
                yield State(*place, "missing", 0, budget, note=why)
            else:
                run = one_run(spec, found, budget, seed, data)
                state, done, seconds, note = _run(run, store)
                done = min(done, budget)
                trunk = max(map(epoch_of, usable(store, run)), default=0)
                found_in = (note, run.key, min(done, trunk))
                yield State(*place, state, done, budget, seconds, *found_in)


def _study(pair: Pair, experiment: Experiment) -> State:
    trials, epochs = experiment.config.study.trials, experiment.config.study.epochs
    folder = Path(experiment.path("best", label=pair.label, code=pair.code)).parent
    ended = trials_ended(pair, experiment)
    if hyperparameters(pair, experiment):
        state, ended = "done", trials
    elif is_held(folder / ".lock"):
        state = "running"
    else:
        state = "interrupted" if ended else "missing"
    return State(pair.label, pair.code, "study", epochs, None, state, ended, trials)


def _run(run: Run, store: Store) -> tuple[str, int, float | None, str]:
    """State, epochs, seconds of an epoch, and where it runs or why not."""
    folder = store.place(run)
    try:
        history = store.read(run)
    except UserError as error:
        return "failed", 0, None, str(error)
    under_way, seconds = progress.read(folder), history.columns["seconds"]
    if history.covers(run.budget):
        state = "done" if history.epochs >= run.budget else "diverged"
        return state, history.epochs, seconds[-1] if seconds else None, ""
    if under_way and is_held(folder / ".lock"):
        return "running", under_way.epoch, under_way.seconds, under_way.where
    kept = [epoch_of(path) for path in checkpoints(folder)]
    epoch = max(kept, default=history.epochs)
    if failure := failures.read(folder):
        return "failed", epoch, None, failure.reason
    begun = under_way or epoch > history.epochs  # or it may be continued, which is no interruption
    return ("interrupted" if begun else "missing"), epoch, None, ""
