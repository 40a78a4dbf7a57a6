"""The catalogue's schedules: their rates, their laws, and that they survive an interruption."""

from collections.abc import Mapping
from math import cos, pi, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler as torch_schedulers

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.methods.cooldown import cooldown_start
from epochbudget.schedules.rates import learning_rates
from test_methods import BASE, METHODS, found_by_a_study

BUDGETS = [(1, 1), (1, 3), (2, 1), (3, 2), (7, 3), (12, 1), (50, 4), (200, 1)]
CODES = ["MS", "SGDR", "CA", "CY2", "LW", "CW", "WSD", "WSD-linear", "WSD-cosine"]
CODES += ["NC", "ISR", "REX", "LZ"]
PROPORTIONAL = ["REX", "LZ"]
COOLED = ["WSD", "WSD-linear", "WSD-cosine", "NC", "ISR"]


def torchs_own(code: str, hp: Mapping[str, float], budget: int, steps: int, optimizer):
    """torch's scheduler of a method, with arguments written down once more."""
    warmup = hp.get("warmup_epochs", 5)
    milestones = [int(hp.get(name, share) * budget + 0.5) for name, share in SHARES.items()]
    infimum, third, seventh = hp["infimum_lr"], (budget + 2) // 3, (budget + 6) // 7
    up = hp.get("step_size_up", max(1, budget * steps // 8))
    name, arguments = {
        "MS": ("MultiStepLR", {"milestones": milestones, "gamma": hp.get("gamma", 0.1)}),
        "SGDR": (
            "CosineAnnealingWarmRestarts",
            {"T_0": hp.get("T_0", seventh), "T_mult": 2, "eta_min": infimum},
        ),
        "CA": ("CosineAnnealingLR", {"T_max": hp.get("T_max", third), "eta_min": infimum}),
        "CY2": (
            "CyclicLR",
            {"base_lr": infimum, "max_lr": hp["lr"], "step_size_up": up, "mode": "triangular2"},
        ),
        "LW": ("LinearLR", {"start_factor": 1 / warmup, "total_iters": warmup - 1}),
        "LZ": ("LinearLR", {"start_factor": 1, "end_factor": 0, "total_iters": budget}),
    }[code]
    return getattr(torch_schedulers, name)(optimizer, **arguments)


SHARES = {"first": 0.5, "second": 0.75}


@pytest.mark.parametrize("code", ["MS", "SGDR", "CA", "CY2", "LW", "LZ"])
@pytest.mark.parametrize(("budget", "steps"), BUDGETS)
@pytest.mark.parametrize("studied", [False, True])
def test_rates_are_torch_own(code, budget, steps, studied):
    hp = found_by_a_study(METHODS[code], 50, steps) if studied else BASE
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=hp["lr"], momentum=0.9)
    scheduler = torchs_own(code, hp, budget, steps, optimizer)
    want = []
    for _ in range(budget):
        for _ in range(steps):
            want.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if code == "CY2":
                scheduler.step()
        if code != "CY2":
            scheduler.step()
    assert learning_rates(METHODS[code], hp, budget, steps) == pytest.approx(want, rel=1e-12)


def formula(code: str, n: int, budget: int, lr: float, warmup: int, share: float) -> float:
    """The rate in epoch n, as the sources state it."""
    length = max(1, int(budget * share + 0.5))
    q = max(0, n - (budget - length)) / length
    p = n / budget
    up = (n + 1) / warmup if n < warmup else 1
    return (
        lr
        * {
            "CW": (1 - cos(pi * up)) / 2,
            "WSD": up * (1 - sqrt(q)),
            "WSD-linear": up * (1 - q),
            "WSD-cosine": up * (1 + cos(pi * q)) / 2,
            "NC": 1 - q,
            "ISR": (up if n < warmup else sqrt(warmup / (n + 1))) * (1 - q),
            "REX": (1 - p) / (1 - p / 2),
        }[code]
    )


@pytest.mark.parametrize("code", ["CW", *COOLED, "REX"])
@pytest.mark.parametrize(("budget", "steps"), BUDGETS)
@pytest.mark.parametrize("given", [{}, {"warmup_epochs": 3, "cooldown_share": 0.45}])
def test_rates_are_the_formula(code, budget, steps, given):
    used = {name: value for name, value in given.items() if name in METHODS[code].settings}
    warmup, share = used.get("warmup_epochs", 5), used.get("cooldown_share", 0.2)
    want = [formula(code, n, budget, 0.02, warmup, share) for n in range(budget)]
    rates = learning_rates(METHODS[code], {"lr": 0.02, **used}, budget, steps)
    assert rates[::steps] == pytest.approx(want, rel=1e-12)
    assert len(rates) == budget * steps


@pytest.mark.parametrize("code", CODES)
@settings(max_examples=25, deadline=None)
@given(
    budget=st.integers(1, 60),
    steps=st.integers(1, 3),
    lr=st.floats(1e-4, 10),
    warmup=st.integers(0, 70),
    share=st.floats(1e-3, 1),
    cycle=st.none() | st.integers(1, 70),
)
def test_rates_lie_between_zero_and_lr(code, budget, steps, lr, warmup, share, cycle):
    hp = {"lr": lr, "infimum_lr": 1e-6, "warmup_epochs": warmup, "cooldown_share": share}
    hp |= {"first": share, "second": min(1.0, 1.5 * share), "gamma": share}
    hp |= {} if cycle is None else {"T_0": cycle, "T_max": cycle, "step_size_up": cycle}
    for rate in learning_rates(METHODS[code], hp, budget, steps):
        assert 0 <= rate <= lr * (1 + 1e-12)


@pytest.mark.parametrize("code", PROPORTIONAL)
@given(budget=st.integers(1, 50), factor=st.integers(1, 5))
def test_budget_proportional_schedules_scale(code, budget, factor):
    short, long = (learning_rates(METHODS[code], BASE, b, 1) for b in (budget, factor * budget))
    assert short == pytest.approx(long[::factor], rel=1e-12)


@pytest.mark.parametrize("code", COOLED)
@given(budget=st.integers(1, 80), more=st.integers(0, 80), share=st.floats(0.01, 1))
def test_budgets_share_all_that_precedes_the_cooldown(code, budget, more, share):
    """To the last bit, and the cooldown's first epoch too: it still has the rate of the trunk."""
    hp = {"lr": 0.1, "warmup_epochs": 4, "cooldown_share": share}
    start = cooldown_start(budget, hp)
    assert 0 <= start < budget
    short, long = (learning_rates(METHODS[code], hp, b, 1) for b in (budget, budget + more))
    assert short[: start + 1] == long[: start + 1]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("studied", [False, True])
def test_budget_free_is_what_it_says(code, studied):
    method = METHODS[code]
    hp = found_by_a_study(method, 50, 3) if studied else BASE
    short, long = (learning_rates(method, hp, budget, 3) for budget in (20, 40))
    assert method.budget_free(hp) == (short == long[:60])


def test_which_methods_are_budget_free():
    always = {code for code in CODES if METHODS[code].budget_free(BASE)}
    found = {c for c in CODES if METHODS[c].budget_free(found_by_a_study(METHODS[c], 50, 3))}
    assert always == {"LW", "CW"}
    assert found == {"LW", "CW", "SGDR", "CA", "CY2"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("epochs", [1, 2, 3, 50])
def test_found_hyperparameters_are_allowed_settings(code, epochs):
    method = METHODS[code]
    assert method.family == "Catalogue"
    assert set(method.defaults) <= set(method.settings)
    for param in method.search(epochs, 3):
        assert param.low < param.high
        for value in (param.low, param.high):
            assert method.settings[param.name].checked(param.name, value) == value


@pytest.mark.parametrize("code", ["SGDR", "CA", "CY2"])
def test_an_infimum_above_lr_is_refused(code):
    with pytest.raises(UserError, match=r"infimum_lr is 0\.02"):
        learning_rates(METHODS[code], {**BASE, "infimum_lr": 0.02}, 10, 1)


def test_the_catalogue_stands_behind_the_papers_methods():
    codes = [c for c, m in registry.methods().items() if m.family in ("Catalogue", "LODE")]
    assert [code for code in codes if code in CODES] == CODES
    assert list(registry.methods())[-len(codes) :] == codes
