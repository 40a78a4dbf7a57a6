"""The example schedules of config/examples, as they were proposed."""

from itertools import pairwise
from math import cos, pi, sin

import pytest

from conftest import ROOT
from epochbudget import plugins
from epochbudget.plugin_calls import loaded


def example(name: str, arch: str, dataset: str, budget: int) -> list[float]:
    method = plugins.method_of(name, {"schedule": f"{ROOT}/config/examples/schedules.py:{name}"})
    function = loaded("example", ROOT / "config/examples/schedules.py", name)
    assert method.name == name
    return [function(e, budget, 0.1, {"arch": arch, "dataset": dataset}) for e in range(budget)]


def test_the_ripple_is_as_proposed() -> None:
    rates = example("ripple", "resnet20", "cifar10", 200)
    assert rates[:5] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])
    assert rates[5:25] == [0.1] * 20
    q = (100 - 25) / 175
    falling = 0.001 + 0.099 * (1 + cos(pi * q)) / 2
    assert rates[100] == pytest.approx(falling * (1 + 0.01 * sin(6 * pi * q)), rel=1e-12)
    assert example("ripple", "resnet56", "cifar100", 200)[11] == pytest.approx(0.1)
    assert example("ripple", "mobilenetv2", "fmnist", 200)[:3] == pytest.approx([0.05, 0.1, 0.1])
    assert len(example("ripple", "vgg16bn", "fmnist", 2)) == 2


def test_the_adaptive_cycle_is_as_proposed() -> None:
    rates = example("adaptive_one_cycle", "resnet56", "cifar100", 200)
    assert rates[0] == pytest.approx(0.1 / 45)
    assert rates[-1] == pytest.approx(0.1 / 45)
    assert max(rates) == pytest.approx(0.1, rel=1e-3)
    assert abs(rates.index(max(rates)) - 0.4 * 199) < 1


def test_the_ratios_leave_ten_epochs_to_fall() -> None:
    rates = example("ratio", "resnet20", "cifar10", 200)
    assert rates[5:37] == pytest.approx([0.1] * 32)  # the fall begins with the last of them
    assert rates[37] < 0.1 - 1e-6
    short = example("ratio", "resnet56", "cifar100", 20)
    assert short[:6] == pytest.approx([0.1] * 6)
    assert all(a > b for a, b in pairwise(short[5:]))
