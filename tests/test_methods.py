"""The methods: their rates, search spaces, resumption and freedom from the budget."""

from collections import UserDict
from collections.abc import Mapping
from itertools import pairwise
from math import inf

import pytest
import torch
from torch.optim import lr_scheduler as torch_schedulers

from epochbudget import registry
from epochbudget.config.models import PAPERS_METHODS
from epochbudget.errors import UserError
from epochbudget.methods.base import Method, Param
from epochbudget.schedules.rates import learning_rates
from test_overhead import loaded

CODES = ["N", "P", "C", "E", "L", "S", "OC", "CY", "WC", "H", "EH", "WH", "WEH"]
CODES += ["Prodigy", "DAdapt"]
METHODS = registry.methods()
BEYOND = ("Catalogue", "LODE")
BASE = {"lr": 0.02, "infimum_lr": 1e-5}


def found_by_a_study(method: Method, epochs: int, steps_per_epoch: int) -> dict[str, float]:
    """Hyperparameters inside the search space, none of them a default."""
    space = method.search(epochs, steps_per_epoch)
    return {**BASE, **{p.name: inside(p) for p in space}}


def inside(param: Param) -> float:
    if param.step:
        return int(param.low + param.step * ((param.high - param.low) // param.step // 3 + 1))
    return (param.low * param.high) ** 0.5 if param.log else 0.3 * param.low + 0.7 * param.high


def independent(code: str, hp: Mapping[str, float], budget: int, spe: int, optimizer):
    """The scheduler that the reference prescribes, for the codes that torch covers."""
    lr, infimum, total = hp["lr"], hp["infimum_lr"], budget * spe
    if code == "WC":
        w = max(1, budget // 10)
        ramp = torch_schedulers.LinearLR(optimizer, start_factor=0.01, total_iters=w)
        decay = torch_schedulers.CosineAnnealingLR(optimizer, T_max=budget - w, eta_min=infimum)
        return torch_schedulers.SequentialLR(optimizer, [ramp, decay], milestones=[w])
    end_factor = hp.get("end_factor", max(infimum / lr, 1e-6))
    step_size, step_size_up = max(1, budget // 3), max(1, total // 4)
    name, arguments = {
        "N": ("ConstantLR", {"factor": 1.0}),
        "P": ("PolynomialLR", {"total_iters": budget, "power": hp.get("power", 0.5)}),
        "C": ("CosineAnnealingLR", {"T_max": budget, "eta_min": infimum}),
        "E": ("ExponentialLR", {"gamma": hp.get("gamma", 0.96)}),
        "L": ("LinearLR", {"start_factor": 1, "end_factor": end_factor, "total_iters": budget}),
        "S": ("StepLR", {"step_size": step_size, "gamma": 0.1}),
        "OC": ("OneCycleLR", {"max_lr": lr, "total_steps": total, "pct_start": 0.3}),
        "CY": ("CyclicLR", {"base_lr": infimum, "max_lr": lr, "step_size_up": step_size_up}),
    }[code]
    given = {key: hp[key] for key in arguments if key in hp}
    return getattr(torch_schedulers, name)(optimizer, **{**arguments, **given})


@pytest.mark.parametrize("code", ["N", "P", "C", "E", "L", "S", "OC", "CY", "WC"])
@pytest.mark.parametrize(("budget", "spe"), [(2, 1), (7, 3), (50, 1), (50, 4), (100, 2)])
@pytest.mark.parametrize("studied", [False, True])
def test_rates_are_torch_own(code, budget, spe, studied):
    hp = found_by_a_study(METHODS[code], 50, spe) if studied else BASE
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=hp["lr"])
    scheduler = independent(code, hp, budget, spe, optimizer)
    want = []
    for _ in range(budget):
        for _ in range(spe):
            want.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if code in ("OC", "CY"):
                scheduler.step()
        if code not in ("OC", "CY"):
            scheduler.step()
    assert learning_rates(METHODS[code], hp, budget, spe) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("code", ["H", "EH", "WH", "WEH"])
@pytest.mark.parametrize(("budget", "spe"), [(1, 2), (9, 3), (50, 1), (200, 2)])
@pytest.mark.parametrize("studied", [False, True])
def test_hyperbolic_rates(code, budget, spe, studied):
    hp = found_by_a_study(METHODS[code], 50, spe) if studied else BASE
    lr, infimum, upper = hp["lr"], hp["infimum_lr"], hp.get("upper_bound", 250)
    warmup = max(1, budget // 10) if code.startswith("W") else 0

    def h(n, total):
        return ((total - n) / upper * (2 - (total + n) / upper)) ** 0.5

    def rate(n):
        if n == 0:
            return lr
        if n <= warmup:
            return infimum + (lr - infimum) * n / warmup
        drop = h(n - warmup, budget - warmup) - h(0, budget - warmup)
        if code.endswith("EH"):
            return lr * (lr / infimum) ** drop
        return lr + (lr - infimum) * drop

    want = [rate(n) for n in range(budget) for _ in range(spe)]
    assert learning_rates(METHODS[code], hp, budget, spe) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("code", ["WH", "WEH", "WC"])
def test_the_warm_up_can_be_set(code):
    hp = {**BASE, "warmup_epochs": 7, "ramp_from_start": True}
    rates = learning_rates(METHODS[code], hp, 30, 1)
    assert all(later > earlier for earlier, later in pairwise(rates[:8]))
    assert rates[0] == pytest.approx(2e-4 if code == "WC" else 1e-5, rel=1e-12)
    assert rates[7] == pytest.approx(0.02, rel=1e-12)
    assert all(later < earlier for earlier, later in pairwise(rates[7:]))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("studied", [False, True])
def test_budget_free_is_what_it_says(code, studied):
    """Declared: a short run is an exact prefix of a longer one. Not declared: it is not."""
    method = METHODS[code]
    hp = found_by_a_study(method, 50, 3) if studied else BASE
    short, long = (learning_rates(method, hp, budget, 3) for budget in (20, 40))
    assert method.budget_free(hp) == (short == long[:60])


def test_budget_free_methods_are_those_of_the_protocol():
    found = {code: found_by_a_study(METHODS[code], 50, 3) for code in CODES}
    free = {"N", "E", "Prodigy", "DAdapt"}
    assert {code for code in CODES if METHODS[code].budget_free(BASE)} == free
    assert {code for code in CODES if METHODS[code].budget_free(found[code])} == free | {"S", "CY"}


class Training:
    """A small regression with the method's own optimizer; records rate, beta1 and weight."""

    def __init__(self, method: Method, hp: Mapping[str, float]):
        self.method = method
        self.weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
        if method.optimizer:
            self.optimizer = method.optimizer([self.weight], hp)
        else:
            self.optimizer = torch.optim.AdamW([self.weight], lr=hp["lr"])
        self.scheduler = method.scheduler and method.scheduler(self.optimizer, hp, 20, 3)

    def epoch(self):
        record = []
        for _ in range(3):
            self.optimizer.zero_grad()
            (self.weight**2).sum().backward()
            group = self.optimizer.param_groups[0]
            record.append((group["lr"], group["betas"][0], *self.weight.tolist()))
            self.optimizer.step()
            if self.scheduler and self.method.per_batch:
                self.scheduler.step()
        if self.scheduler and not self.method.per_batch:
            self.scheduler.step()
        return record


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("stop", [1, 2, 11])
def test_a_resumed_run_equals_an_uninterrupted_one(code, stop, tmp_path):
    method = METHODS[code]
    hp = found_by_a_study(method, 20, 3)
    whole = Training(method, hp)
    want = [whole.epoch() for _ in range(20)]
    stopped = Training(method, hp)
    for _ in range(stop):
        stopped.epoch()
    state = {"weight": stopped.weight.data, "optimizer": stopped.optimizer.state_dict()}
    if stopped.scheduler:
        state["scheduler"] = stopped.scheduler.state_dict()
    torch.save(state, tmp_path / "state.pt")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    resumed = Training(method, hp)
    resumed.weight.data.copy_(state["weight"])
    resumed.optimizer.load_state_dict(state["optimizer"])
    if resumed.scheduler:
        resumed.scheduler.load_state_dict(state["scheduler"])
    assert [resumed.epoch() for _ in range(20 - stop)] == want[stop:]


@pytest.mark.parametrize("code", ["OC", "CY"])
def test_the_cyclic_methods_cycle_beta1(code):
    training = Training(METHODS[code], BASE)
    low, high = (0.85, 0.95) if code == "OC" else (0.8, 0.9)
    betas = [record[1] for _ in range(20) for record in training.epoch()]
    assert min(betas) == pytest.approx(low)
    assert max(betas) == pytest.approx(high)


@pytest.mark.parametrize("code", CODES)
def test_settings_name_exactly_what_is_read(code):
    method = METHODS[code]

    read = set()

    class Recorded(UserDict):  # get and __contains__ go through these two
        def __getitem__(self, key):
            read.add(key)
            return super().__getitem__(key)

        def __contains__(self, key):
            read.add(key)
            return super().__contains__(key)

    parameter = torch.zeros(1, requires_grad=True)
    hp = Recorded(BASE)
    if method.optimizer:
        method.optimizer([parameter], hp)
    if method.scheduler:
        method.scheduler(torch.optim.AdamW([parameter], lr=hp["lr"]), hp, 20, 3)
    assert read - {"lr"} == set(method.settings)
    assert set(method.defaults) <= set(method.settings)
    assert {p.name for p in method.search(50, 3)} <= set(method.settings)


def test_search_spaces_are_the_protocol():
    epochs, spe = 50, 7
    infimum = Param("infimum_lr", 1e-7, 1e-4, log=True)
    hyperbolic = (infimum, Param("upper_bound", 200, 400, step=50))
    papers = {code: method for code, method in METHODS.items() if method.family not in BEYOND}
    assert {code: method.search(epochs, spe) for code, method in papers.items()} == {
        "N": (),
        "P": (Param("power", 0.5, 3.0),),
        "C": (infimum,),
        "E": (Param("gamma", 0.9, 0.99),),
        "L": (Param("end_factor", 0.001, 0.1, log=True),),
        "S": (Param("step_size", 5, 25, step=1), Param("gamma", 0.05, 0.5)),
        "OC": (Param("pct_start", 0.1, 0.5),),
        "CY": (Param("step_size_up", 7, 175, step=1),),
        "WC": (infimum,),
        **dict.fromkeys(("H", "EH", "WH", "WEH", "EH-legacy"), hyperbolic),
        "Prodigy": (Param("d_coef", 0.1, 10.0, log=True),),
        "DAdapt": (Param("growth_rate", 1.01, 2.0),),
    }
    assert METHODS["S"].search(1, spe)[0] == Param("step_size", 1, 2, step=1)
    assert METHODS["CY"].search(1, spe)[0] == Param("step_size_up", 7, 8, step=1)


@pytest.mark.parametrize("code", CODES)
def test_found_hyperparameters_are_allowed_settings(code):
    for param in METHODS[code].search(50, 3):
        for value in (param.low, param.high):
            assert METHODS[code].settings[param.name].checked(param.name, value) == value


def test_learning_rate_free_optimizers_start_as_asked():
    parameter = torch.zeros(1, requires_grad=True)
    prodigy = METHODS["Prodigy"].optimizer([parameter], {"d_coef": 2.0}).param_groups[0]
    assert (prodigy["lr"], prodigy["d_coef"]) == (1.0, 2.0)
    assert METHODS["Prodigy"].optimizer([parameter], {}).param_groups[0]["d_coef"] == 1.0
    dadapt = METHODS["DAdapt"].optimizer([parameter], {"growth_rate": 1.5}).param_groups[0]
    assert (dadapt["lr"], dadapt["growth_rate"]) == (1.0, 1.5)
    assert METHODS["DAdapt"].optimizer([parameter], {}).param_groups[0]["growth_rate"] == inf


def test_registry_holds_the_15_methods_in_order():
    assert [code for code in METHODS if code in PAPERS_METHODS] == CODES
    families = {code: method.family for code, method in METHODS.items()}
    others = {code for code in METHODS if families[code] not in BEYOND} - set(CODES)
    assert others == {"EH-legacy"}
    assert [code for code in CODES if families[code] == "Traditional"] == CODES[:6]
    assert [code for code in CODES if families[code] == "Cyclic+Warmup"] == ["OC", "CY", "WC"]
    assert [code for code in CODES if families[code] == "Hyperbolic"] == CODES[9:13]
    alone = [code for code in (*CODES, *others) if not METHODS[code].lockstep]
    assert alone == [*CODES[-2:], "EH-legacy"]
    assert [code for code in CODES if METHODS[code].lr_free] == ["Prodigy", "DAdapt"]
    assert [code for code in CODES if METHODS[code].per_batch] == ["OC", "CY"]
    factors = {code: m.default_lr_factor for code, m in METHODS.items()}
    assert {code for code, factor in factors.items() if factor != 1.0} == {"N"}
    assert factors["N"] == 0.1


def test_finding_the_methods_imports_nothing_heavy():
    program = (
        "import sys; from epochbudget import registry; registry.methods();"
        "print(*{'torch', 'numpy', 'pandas', 'prodigyopt', 'dadaptation'} & set(sys.modules))"
    )
    assert loaded(program) == set()


@pytest.mark.parametrize(
    ("code", "hp", "budget", "message"),
    [
        ("C", {"infimum_lr": 0.02}, 10, "infimum_lr is 0.02"),
        ("CY", {"infimum_lr": 0.3}, 10, "infimum_lr is 0.3"),
        ("WC", {"infimum_lr": 0.3}, 10, "infimum_lr is 0.3"),
        ("L", {"infimum_lr": 0.3}, 10, "infimum_lr is 0.3"),
        ("H", {}, 251, "upper_bound is 250, below the budget of 251"),
        ("WEH", {"upper_bound": 20}, 21, "upper_bound is 20"),
        ("WC", {"warmup_epochs": 10}, 10, "warmup_epochs is 10"),
        ("WH", {"warmup_epochs": 10}, 10, "warmup_epochs is 10"),
        ("OC", {"pct_start": 0.1}, 10, "pct_start is 0.1"),
    ],
)
def test_mistakes_are_refused(code, hp, budget, message):
    with pytest.raises(UserError, match=message):
        learning_rates(METHODS[code], {**BASE, **hp}, budget, 1)
