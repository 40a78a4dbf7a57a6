"""What `epochbudget plan` and `status` say of runs that share a trunk is what is trained."""

from pathlib import Path

import pytest

from epochbudget.comparison import compare
from epochbudget.experiment import Experiment
from epochbudget.files import file_digest
from epochbudget.plan import Work, plan
from epochbudget.status import hours_left, states
from epochbudget.studies import StudyJob
from epochbudget.training.signals import EndRequest
from epochbudget.training.store import Store
from small_runs import experiment, make_data, runner
from test_store import count_epochs

DATA = Path("results/demo/data/oscillator.parquet")
BUDGETS = [5, 10, 15, 20]
NEEDED = 16 + 4 + 3 + 2 + 1
BEST = Path("results/demo/studies/OSC_LSTM/NC/best.json")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the data set in its place."""
    data = make_data(tmp_path)
    (tmp_path / DATA).parent.mkdir(parents=True)
    data.rename(tmp_path / DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def work(e: Experiment) -> Work:
    return plan(e, Store(Path("results/store")))["OSC_LSTM", "NC"]


def carry_out(e: Experiment) -> None:
    """The study, if there is one, and the comparison."""
    here, pair, data = runner(Path("results"), DATA), e.pair("OSC_LSTM", "NC"), file_digest(DATA)
    searched = e.mode != "compare"
    if searched:
        StudyJob(e.study_spec(pair), data, here).run(BEST.parent)
    found = BEST if searched else None
    compare(e.comparison_spec(pair), found, data, here, Path("out.parquet"))


@pytest.mark.parametrize(
    "epochs", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (5, 7, 10, 15, 30))]
)
def test_a_plan_with_a_study(epochs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its trials are: its best one has trained some of the comparison."""
    study = {"trials": 2, "epochs": epochs, "seeds": [1]}
    e = experiment(methods=["NC"], budgets=BUDGETS, study=study)
    before, trained = work(e), count_epochs(monkeypatch)
    assert (before.study, before.comparison) == (2 * epochs, 2 * sum(BUDGETS))
    assert before.prefixes == 2 * (sum(BUDGETS) - NEEDED)
    carry_out(e)
    assert before.left == len(trained)
    assert work(e).left == 0


def test_a_plan_after_shorter_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = count_epochs(monkeypatch)
    left = []
    for budgets in ([10], [5, 15], [5, 10, 15, 20], [30]):
        e = experiment(mode="compare", methods=["NC"], budgets=budgets)
        before = work(e).left
        carry_out(e)
        assert work(e).left == 0
        left.append(before)
        assert sum(left) == len(trained)
    assert left == [2 * 10, 2 * (5 + 7), 2 * (20 - 12), 2 * (30 - 16)]


def test_the_time_left_of_a_run_that_has_left_its_trunk() -> None:
    e = experiment(mode="compare", methods=["NC"], budgets=BUDGETS)
    pair, data = e.pair("OSC_LSTM", "NC"), file_digest(DATA)
    from epochbudget.comparison import one_run

    spec = e.comparison_spec(pair)
    first, second = (
        [one_run(spec, spec["given"], budget, seed, data) for budget in reversed(BUDGETS)]
        for seed in (1, 2)
    )
    here = runner(Path("results"), DATA)
    here.histories(second)
    here.train_ahead(first)
    session = here._open(first[0])
    with EndRequest() as end:
        for _ in range(9):
            session.add(session.trainer.train_epoch(), 0.0)
            here._between_epochs([session], end)
    session.save()
    found = states(e, here.store)
    under_way = next(s for s in found if (s.budget, s.seed) == (20, 1))
    assert (under_way.state, under_way.done, under_way.trunk) == ("interrupted", 9, 8)
    times = [s.seconds for s in found if s.seconds]
    hours = (NEEDED - 9) * sum(times) / len(times) / 3600
    assert hours_left(e, here.store, found)["OSC_LSTM"] == pytest.approx(hours)
