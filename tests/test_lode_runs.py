"""LODE: what is observed of runs, and runs that it steers."""

import math
from itertools import pairwise
from typing import Any

import pytest
import torch

import small_runs
from conftest import ROOT
from epochbudget import registry
from epochbudget.cli import main
from epochbudget.errors import UserError
from epochbudget.lode.fit import Dynamics, Scale, digest
from epochbudget.lode.latent_ode import LatentODE
from epochbudget.lode.observing import Observing, point_ends, trajectory
from epochbudget.lode.trainer import LodeTrainer
from epochbudget.tasks.base import Problem
from epochbudget.training.loop import Trainer
from task_samples import SMALL, build, write_images

# What is observed -------------------------------------------------------------------------


def test_points_share_an_epoch_evenly() -> None:
    assert point_ends(3) == [1, 2, 3]
    assert point_ends(20) == list(range(2, 21, 2))
    ends = point_ends(1563)
    assert (len(ends), ends[-1]) == (10, 1563)
    assert {b - a for a, b in pairwise(ends)} <= {156, 157}


def test_scores_are_interpolated_between_the_ends_of_epochs() -> None:
    observations = {"loss": [1.0, 1.0, 1.0, 1.0], "lr": [0.1, 0.0, 0.1, 0.1]}
    points = trajectory(observations, [1.0, math.exp(-2)], None)
    assert points[:, 2].tolist() == pytest.approx([0, 0, 1, 2])
    assert points[:, 0].tolist() == [0, 0, 0, 0]
    assert points[1, 1].item() == pytest.approx(math.log(1e-8))


def trainer_arguments(problem: Problem, method: str, budget: int) -> tuple[Any, ...]:
    given = {"lr": 1e-2, "infimum_lr": 1e-5}
    return problem, registry.methods()[method], "AdamW", given, budget, 7


@pytest.fixture(scope="module", params=["FOLDER_CNN"])
def problem(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Problem:
    """Three batches an epoch."""
    path = write_images(tmp_path_factory.mktemp("images") / "images.npz")
    built: Problem = build(request.param, path, subset_ratio=1.0, **SMALL[request.param])
    return built


def test_an_observed_run_is_the_run(problem: Problem) -> None:
    arguments = trainer_arguments(problem, "OC", 3)
    plain, observed = Trainer(*arguments), Observing(*arguments)
    results = [(plain.train_epoch(), observed.train_epoch()) for _ in range(3)]
    assert all(a == b for a, b in results)
    losses = observed.observations["loss"]
    assert len(losses) == len(observed.observations["lr"]) == 9
    assert losses[2::3] == pytest.approx([a.train_loss for a, _ in results], rel=1e-12)
    assert observed.observations["lr"][::3] == [a.lr for a, _ in results]


# Runs that are steered --------------------------------------------------------------------


def untrained() -> dict[str, Any]:
    torch.manual_seed(3)
    mean, deviation = [2.3, -5.0, 0.1], [0.3, 1.0, 0.05]
    scale = Scale(torch.tensor(mean).double(), torch.tensor(deviation).double())
    return Dynamics(LatentODE(), scale, 0.05, (1e-5, 0.1)).state_dict()


def steered(problem: Problem, code: str = "LODE", budget: int = 24) -> LodeTrainer:
    dynamics = untrained() if code == "LODE" else {"bounds": [1e-5, 0.1]}
    given = {"lr": 1e-3, "dynamics": digest(dynamics), "faithful": False}
    methods = registry.methods()
    arguments = problem, methods[code], "AdamW", given, budget, 7
    return LodeTrainer(*arguments, dynamics=dynamics, base=methods["N"])


def test_a_steered_run_has_the_random_numbers_of_the_plain_one(problem: Problem) -> None:
    """Dropout draws them."""
    Trainer(*trainer_arguments(problem, "N", 24))
    state = torch.get_rng_state()
    steered(problem)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("code", ["LODE", "LODE-chance"])
def test_a_steered_run_refreshes_and_stays_in_bounds(problem: Problem, code: str) -> None:
    run = steered(problem, code)
    first = run.rates.clone()
    results = [run.train_epoch() for _ in range(24)]
    assert [epoch for epoch, _, _ in run.refreshes] == [11, 22]
    assert torch.equal(run.rates[:33], first[:33])
    assert run.observations["lr"] == run.rates.tolist()
    assert [result.lr for result in results] == run.rates[::3].tolist()
    assert all(considered for _, considered, _ in run.refreshes) == (code == "LODE")
    assert not torch.isclose(run.rates[33:], first[33:]).any()
    assert 1e-5 <= run.rates[33:].min() <= run.rates[33:].max() <= 0.1


@pytest.mark.parametrize("code", ["LODE", "LODE-chance"])
def test_a_steered_run_resumes_bit_for_bit(problem: Problem, code: str) -> None:
    whole = steered(problem, code)
    expected = [whole.train_epoch() for _ in range(24)]
    before = steered(problem, code)
    results = [before.train_epoch() for _ in range(13)]
    after = steered(problem, code)
    after.load_state_dict(before.state_dict())
    results += [after.train_epoch() for _ in range(11)]
    assert results == expected
    assert after.refreshes == whole.refreshes
    assert torch.equal(after.rates, whole.rates)


# Configurations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lode", "message"),
    [
        ({"prior_methods": ["RP"]}, "lode.prior_methods: found 'RP', allowed are"),
        ({"prior_methods": ["N"]}, "lode.prior_methods: found N alone"),
        ({"prior_methods": []}, "lode.prior_methods: found an empty list"),
        ({"seeds": [1, 1]}, "lode.seeds: found 1 twice"),
        ({"lr_factors": [0.0]}, "lode.lr_factors"),
    ],
)
def test_mistakes_in_the_configuration(lode: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        small_runs.experiment(lode=lode, methods=["LODE"], mode="compare")
    assert "Hint: " in str(raised.value)


def test_a_run_by_hand_needs_no_earlier_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as end:
        main(["train", "--model", "OSC_LSTM", "--method", "LODE", "--budget", "3"])
    assert "found LODE, allowed are methods that need no earlier runs" in str(end.value)
