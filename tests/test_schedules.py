"""The hyperbolic schedules as torch schedulers."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import ConstantLR, SequentialLR

from epochbudget.errors import UserError
from epochbudget.schedules import ExpHyperbolicLR, HyperbolicLR
from epochbudget.schedules.hyperbola import hyperbola
from epochbudget.schedules.one_cycle import HeldOneCycleLR

CLASSES = [HyperbolicLR, ExpHyperbolicLR]


def optimizer_of(*lrs: float) -> torch.optim.Optimizer:
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in lrs]
    return torch.optim.AdamW(groups)


def drive(scheduler, steps: int) -> list[list[float]]:
    """The rates of all groups in `steps` epochs."""
    rates = []
    for _ in range(steps):
        rates.append([group["lr"] for group in scheduler.optimizer.param_groups])
        scheduler.optimizer.step()
        scheduler.step()
    return rates


def expected(cls, n, budget, upper_bound, lr, infimum, warmup=0, ramp=False) -> float:
    """The paper's formulas and the reference's warm-up, written down once more."""
    if n < warmup and (n > 0 or ramp):
        return infimum + (lr - infimum) * n / warmup
    total, n = budget - warmup, max(n - warmup, 0)

    def h(k):
        return math.sqrt((total - k) / upper_bound * (2 - (total + k) / upper_bound))

    if cls is HyperbolicLR:
        return lr + (lr - infimum) * (h(n) - h(0))
    return lr * (lr / infimum) ** (h(n) - h(0))


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("ramp", [False, True])
@pytest.mark.parametrize(
    ("budget", "upper_bound", "warmup"), [(1, 1, 0), (2, 7, 1), (50, 250, 5), (200, 200, 20)]
)
def test_every_group_follows_the_formula(cls, ramp, budget, upper_bound, warmup):
    lrs = (0.1, 3e-3)
    scheduler = cls(optimizer_of(*lrs), upper_bound, budget, 1e-6, warmup, ramp)
    for n, rates in enumerate(drive(scheduler, budget)):
        for lr, rate in zip(lrs, rates, strict=True):
            want = expected(cls, n, budget, upper_bound, lr, 1e-6, warmup, ramp)
            assert rate == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("cls", CLASSES)
def test_warmup_keeps_the_quirk_of_epoch_0_unless_ramped(cls):
    quirk = [r for (r,) in drive(cls(optimizer_of(0.1), 250, 50, 0.01, 3), 5)]
    ramped = [r for (r,) in drive(cls(optimizer_of(0.1), 250, 50, 0.01, 3, True), 5)]
    assert quirk[:4] == pytest.approx([0.1, 0.04, 0.07, 0.1], rel=1e-12)
    assert ramped[0] == 0.01
    assert ramped[1:] == quirk[1:]
    assert quirk[4] < 0.1


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("warmup", [0, 4])
def test_the_rate_stays_after_the_budget(cls, warmup):
    rates = drive(cls(optimizer_of(0.1), 40, 20, 1e-4, warmup), 30)
    assert rates[20] < rates[19]
    assert rates[20:] == [rates[20]] * 10


@given(
    cls=st.sampled_from(CLASSES),
    budget=st.integers(1, 300),
    slack=st.floats(0, 1000),
    lr=st.floats(1e-5, 1.0),
    ratio=st.floats(1e-6, 0.99),
)
def test_laws(cls, budget, slack, lr, ratio):
    """It starts at lr, falls strictly, and reaches the infimum just when N = U."""
    infimum, upper_bound = lr * ratio, budget + slack
    rates = [r for (r,) in drive(cls(optimizer_of(lr), upper_bound, budget, infimum), budget + 1)]
    assert rates[0] == lr
    assert all(later < earlier for earlier, later in pairwise(rates))
    fall = hyperbola(0, budget, upper_bound)
    end = lr - (lr - infimum) * fall if cls is HyperbolicLR else lr * ratio**fall
    assert rates[-1] == pytest.approx(end, rel=1e-9)
    assert rates[-1] >= infimum * (1 - 1e-9)
    if slack == 0:
        assert rates[-1] == pytest.approx(infimum, rel=1e-9)


@given(budget=st.integers(2, 200), slack=st.integers(0, 800))
def test_hyperbola_is_one_branch_of_a_hyperbola(budget, slack):
    """With x = (n - U)/U, h is on the curve (x^2 - h^2) = const, falls, and ends at 0."""
    upper_bound = budget + slack
    values = [hyperbola(n, budget, upper_bound) for n in range(budget + 1)]
    assert values[-1] == 0
    assert values[0] <= 1
    invariant = (budget / upper_bound - 1) ** 2
    for n, value in enumerate(values):
        assert (n / upper_bound - 1) ** 2 - value**2 == pytest.approx(invariant, abs=1e-12)


@given(budget=st.integers(2, 100), upper_bound=st.integers(200, 1000), n=st.integers(0, 99))
def test_h_is_closer_to_the_longer_budget_than_a_straight_line(budget, upper_bound, n):
    """The point of the paper: doubling the budget moves the first epochs only a little."""
    assume(n < budget and n > 0)

    def fall(total):
        return hyperbola(0, total, upper_bound) - hyperbola(n, total, upper_bound)

    straight_line = n / budget - n / (2 * budget)
    assert abs(fall(budget) - fall(2 * budget)) <= straight_line + 1e-12


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("stop", [0, 1, 3, 17])
def test_a_state_dict_continues_as_if_nothing_had_happened(cls, stop):
    lrs = (0.1, 0.02)
    whole = drive(cls(optimizer_of(*lrs), 100, 30, 1e-5, 4), 30)
    stopped = cls(optimizer_of(*lrs), 100, 30, 1e-5, 4)
    drive(stopped, stop)
    resumed = cls(optimizer_of(*lrs), 100, 30, 1e-5, 4)
    resumed.load_state_dict(stopped.state_dict())
    resumed.optimizer.load_state_dict(stopped.optimizer.state_dict())
    assert drive(resumed, 30 - stop) == whole[stop:]


@pytest.mark.parametrize("cls", CLASSES)
def test_last_epoch_resumes_as_in_torch(cls):
    whole = drive(cls(optimizer_of(0.1), 100, 30, 1e-5), 30)
    optimizer = optimizer_of(0.1)
    drive(cls(optimizer, 100, 30, 1e-5), 7)
    assert drive(cls(optimizer, 100, 30, 1e-5, last_epoch=7), 22) == whole[8:]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("first", [False, True])
def test_works_in_sequential(cls, first):
    alone = drive(cls(optimizer_of(0.1), 100, 20, 1e-5), 20)
    optimizer = optimizer_of(0.1)
    hyperbolic = cls(optimizer, 100, 20, 1e-5)
    constant = ConstantLR(optimizer, factor=0.5, total_iters=1000)
    order = [hyperbolic, constant] if first else [constant, hyperbolic]
    rates = drive(SequentialLR(optimizer, order, milestones=[6]), 20)
    if first:
        assert rates == alone[:6] + [[0.05]] * 14
    else:
        assert rates == [[0.05]] * 6 + alone[:14]


@pytest.mark.parametrize("cls", CLASSES)
def test_tensor_learning_rates_are_kept_as_tensors(cls):
    optimizer = optimizer_of(torch.tensor(0.1, dtype=torch.float64))
    drive(cls(optimizer, 100, 20, 1e-5), 19)
    (want,) = drive(cls(optimizer_of(0.1), 100, 20, 1e-5), 20)[-1]
    assert isinstance(optimizer.param_groups[0]["lr"], torch.Tensor)
    assert optimizer.param_groups[0]["lr"].item() == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"upper_bound": 49}, "upper_bound is 49"),
        ({"infimum_lr": 0.02}, "infimum_lr is 0.02"),
        ({"infimum_lr": 0.5}, "infimum_lr is 0.5"),
        ({"infimum_lr": -1e-3}, "infimum_lr is -0.001"),
        ({"warmup_epochs": 50}, "warmup_epochs is 50"),
        ({"warmup_epochs": -1}, "warmup_epochs is -1"),
    ],
)
def test_mistakes_are_refused(cls, arguments, name):
    valid = {"upper_bound": 250, "max_iter": 50, "infimum_lr": 1e-6}
    cls(optimizer_of(0.1, 0.02), **valid)
    with pytest.raises(UserError, match=name):
        cls(optimizer_of(0.1, 0.02), **{**valid, **arguments})


def test_only_the_exponential_schedule_refuses_a_zero_infimum():
    assert drive(HyperbolicLR(optimizer_of(0.1), 20, 20, 0.0), 21)[-1] == [pytest.approx(0)]
    with pytest.raises(UserError, match="infimum_lr is 0"):
        ExpHyperbolicLR(optimizer_of(0.1), 20, 20, 0.0)


def test_one_cycle_stays_at_its_end():
    scheduler = HeldOneCycleLR(optimizer_of(0.1), max_lr=0.1, total_steps=12)
    rates = drive(scheduler, 20)
    assert rates[11:] == [rates[11]] * 9
    assert scheduler.optimizer.param_groups[0]["betas"][0] == pytest.approx(0.95)
