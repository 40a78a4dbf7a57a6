"""LODE from its one command, as config/lode.yaml runs it, smaller."""

import csv
from pathlib import Path

import pytest

from conftest import ROOT
from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment
from workflow import Checkout

SMALL = (
    "models=[OSC_LSTM]",
    "budgets=[12]",
    "seeds=[89, 231]",
    "lode={prior_methods: [C, N], lr_factors: [1.0, 3.0], seeds: [1], steps: 30}",
)


def experiment(*files: str) -> Experiment:
    names = ("config.yaml", *files)
    return Experiment(load_files([ROOT / "config" / name for name in names]))


def test_the_sizes_of_both_configurations() -> None:
    small, full = experiment("lode.yaml"), experiment("lode.yaml", "lode_cifar100.yaml")
    assert small.labels == ("OSC_LSTM", "Integral_MLP")
    assert len(small.seeds) == len(full.seeds) == 5
    assert (full.labels, full.budgets) == (("CIFAR100_ResNet",), (60,))
    specs = [full.prior_spec(pair) for pair in full.priors("CIFAR100_ResNet")]
    assert [spec["method"] for spec in specs] == ["C", "OC", "N", "S"]
    assert sum(len(spec["lr_factors"]) * len(spec["seeds"]) for spec in specs) == 100
    assert {spec["given"]["lr"] for spec in specs} == {1e-3}
    assert specs[0]["task"]["settings"]["batch_size"] == 256
    assert specs[-1]["given"]["gamma"] == 0.5


@pytest.mark.slow
def test_from_earlier_runs_to_the_table(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    small = ("--configfile", "config/lode.yaml", "--config", *SMALL)
    checkout.snakemake(*small)
    with (checkout.folder / "results/lode/lode/table.csv").open(newline="") as stream:
        rows = {row["method"]: row for row in csv.DictReader(stream)}
    assert list(rows) == ["LODE", "LODE-shuffled", "LODE-chance", "LODE-prior"]
    assert all(row["seeds"] == "2" and float(row["flatness"]) for row in rows.values())
    assert float(rows["LODE"]["relative_seconds_with_prior"]) > 1
    assert rows["LODE-prior"]["verdict"] == "incomparable"  # two seeds decide nothing
    assert "Nothing to be done" in checkout.snakemake(*small)
