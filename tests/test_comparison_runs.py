"""The tutorial's comparison and the peers, as their configurations run them, smaller."""

import csv
from pathlib import Path

import pytest

from conftest import ROOT
from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment
from epochbudget.plugins import export
from epochbudget.raw_runs import read_runs
from workflow import Checkout

TUTORIAL = ("--configfile", "config/tutorial.yaml", "--config")
PEERS = ("--configfile", "config/peers_reduced.yaml", "--config")
BASE = ROOT / "config" / "config.yaml"


def experiment(*files: str) -> Experiment:
    return Experiment(load_files([BASE, *(ROOT / "config" / file for file in files)]))


def test_the_peers_are_the_same_at_both_sizes() -> None:
    full, small = experiment("paper.yaml", "peers.yaml"), experiment("peers_reduced.yaml")
    paper = experiment("paper.yaml")
    assert full.methods == small.methods
    assert {"N", "E", "C", "H", "EH", "WSD", "SF", "LZ", "REX", "ISR", "NC"} == set(full.methods)
    assert (full.budgets, full.seeds, full.labels) == (paper.budgets, paper.seeds, paper.labels)
    shared = [pair for pair in full.pairs if pair in paper.pairs]
    assert len(shared) == 5 * len(paper.labels)  # trained once for both runs
    for pair in shared:
        assert full.comparison_spec(pair) == paper.comparison_spec(pair)
        assert full.study_spec(pair) == paper.study_spec(pair)


def test_the_tutorial_has_nine_schedules_in_groups_of_three() -> None:
    try:
        tutorial = experiment("tutorial.yaml")
        codes = [code for codes in tutorial.config.groups.values() for code in codes]
        assert len(codes) == len(set(codes)) == 9
        assert set(codes) == set(tutorial.methods)
        assert [len(group) for group in tutorial.config.groups.values()] == [3, 3, 3]
        assert len([f for f in tutorial.group_figures if f.endswith(".png")]) == 6
    finally:
        export({})


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.make(tmp_path_factory.mktemp("comparisons") / "checkout")


def values(folder: Path, *tables: str) -> dict[tuple[str, str], float]:
    """Values of the means by (code, quantity)."""
    found = {}
    for table in tables:
        with (folder / f"{table}.csv").open(newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if not row["seed"]]
        found |= {(row["scheduler"], row["quantity"]): float(row["value"]) for row in rows}
    return found


@pytest.mark.slow
def test_the_tutorials_figures_come_from_one_command(checkout: Checkout) -> None:
    small = ("budgets=[24]", "seeds=[42]", "methods=[STEPS,RP,SEQ]")
    data = "data={tutorial: {train: 640, validation: 200}}"
    checkout.snakemake("figures_groups", *TUTORIAL, *small, data)
    made = {path.stem for path in (checkout.folder / "figures" / "tutorial").glob("*.png")}
    label = "Tutorial_MLP_Adam"
    groups = {f"group_{label}-{name}" for name in ("basic", "warm_up_and_feedback")}
    kinds = ("rates_and_losses", "summary", "summary_table")
    assert made == groups | {f"{kind}_{label}" for kind in kinds}
    found = values(checkout.folder / "results/tutorial/metrics", "training", "final", "best")
    for code in ("STEPS", "RP", "SEQ"):
        assert found[code, "final_train_loss"] < 0.1  # memorised
        assert found[code, "best_accuracy"] < 0.3  # and nothing learnt
        assert found[code, "best_val_loss"] < found[code, "final_val_loss"]
    runs = checkout.folder / "results/tutorial/curves"
    rates = {
        code: read_runs(runs / f"Result_{label}-{code}.parquet", "lr").mean[24].tolist()
        for code in ("STEPS", "RP", "SEQ")
    }
    drops = [rates["STEPS"][epoch] for epoch in (0, 6, 12)]
    assert drops == pytest.approx([0.01, 0.003, 0.0009])
    assert rates["RP"][:7] == [0.01] * 7  # the loss only rises after the first epochs
    assert rates["RP"][-1] in [pytest.approx(0.01 / 2**k) for k in range(1, 5)]
    ends = [rates["SEQ"][epoch] for epoch in (0, 4, 20, 21)]
    assert ends == pytest.approx([0.002, 0.01, 0.001, 0.0009])


@pytest.mark.slow
def test_the_peers_have_their_front_from_one_command(checkout: Checkout) -> None:
    small = ("models=[OSC_LSTM]", "methods=[N,WSD,SF]", "mode=compare", "budgets=[11,12]")
    sizes = "tasks={OSC_LSTM: {hidden: 4, stride: 4}}"
    data = "data={oscillator: {duration: 1}}"
    checkout.snakemake("figures/peers_reduced/pareto.png", *PEERS, *small, sizes, data)
    assert (checkout.folder / "figures/peers_reduced/pareto.pdf").is_file()
    found = values(checkout.folder / "results/peers_reduced/metrics", "pareto")
    front = {code: found[code, "pareto_front"] for code in ("N", "WSD", "SF")}
    assert set(front.values()) <= {0.0, 1.0} and 1.0 in front.values()
    assert all(found[code, "slcd_mean"] >= 0 for code in front)
