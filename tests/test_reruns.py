"""The table of CONTRIBUTING.md: change -> what reruns, with real dry runs and real runs."""

import json
import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from workflow import Checkout, Jobs

TINY = ("--configfile", "tests/config/tiny.yaml")
SOURCE = "workflow/src/epochbudget"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which the tiny run is complete."""
    checkout = Checkout.make(tmp_path_factory.mktemp("finished") / "checkout")
    checkout.snakemake(*TINY)
    assert checkout.plan(*TINY) == set()
    return checkout


@pytest.fixture
def checkout(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of it to change."""
    return finished.copy(tmp_path / "checkout")


def of_rule(jobs: Jobs, *rules: str) -> set[tuple[str, ...]]:
    return {job for job in jobs if job[0] in rules}


def test_the_table_is_the_one_tested_here() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## What reruns")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) - 1 == 9, "a new line in the table needs a test here"


def test_comments_and_formatting_rerun_nothing(checkout: Checkout) -> None:
    for path in (checkout.folder / SOURCE).rglob("*.py"):
        path.write_text(f"# A comment.\n\n\n{path.read_text()}\n\n# Another comment.\n")
    assert checkout.plan(*TINY) == set()


def test_a_formula_reruns_its_methods(checkout: Checkout) -> None:
    # The exponent of the curve, changed as if a bug had been mended.
    path = f"{SOURCE}/schedules/exp_hyperbolic.py"
    checkout.edit(path, "return ", "return 1.01 * ")
    jobs = checkout.plan(*TINY)
    for rule in ("study", "compare", "curves"):
        assert {job[2] for job in of_rule(jobs, rule)} == {"EH", "WEH"}
    assert not of_rule(jobs, "generate_data")
    names = {job[1] for job in of_rule(jobs, "figure")}
    assert names == {
        *("learning_curve_OSC_LSTM-EH", "learning_curve_OSC_LSTM-WEH", "bars_CNN_LSTM", "overview"),
        *(f"{kind}_OSC_LSTM" for kind in ("comparison", "methods", "slcd", "power_law", "study")),
        *(f"schedule_{code}" for code in ("N", "H", "EH", "WEH", "overview")),
        *("lr_budget", "lr_budget_relative", "pareto"),
    }


def test_a_figures_code_redraws_that_kind(checkout: Checkout) -> None:
    path = checkout.folder / SOURCE / "figures" / "oscillator.py"
    path.write_text(path.read_text() + "\nUNUSED = 1\n")
    assert checkout.plan(*TINY) == {("figure", "oscillator"), ("gallery",)}


def test_a_caption_remakes_the_gallery(checkout: Checkout) -> None:
    path = f"{SOURCE}/figures/oscillator.py"
    checkout.edit(path, "that the LSTM learns, one", "that the LSTM learns: one")
    assert checkout.plan(*TINY) == {("gallery",)}


def test_a_search_bound_reruns_that_study_and_what_follows(checkout: Checkout) -> None:
    overlay = checkout.folder / "bound.yaml"
    overlay.write_text("study: {search: {H: {lr: {low: 1.0e-4, high: 1.0e-2, log: true}}}}\n")
    jobs = checkout.plan("--configfile", "tests/config/tiny.yaml", "bound.yaml")
    assert of_rule(jobs, "study") == {("study", "OSC_LSTM", "H")}
    assert of_rule(jobs, "compare") == {("compare", "OSC_LSTM", "H")}
    assert of_rule(jobs, "curves") == {("curves", "OSC_LSTM", "H")}


def trained(checkout: Checkout, code: str) -> list[str]:
    """Lines of a comparison's log that tell of training."""
    log = checkout.read(f"results/tiny/logs/compare/OSC_LSTM-{code}.log")
    return [line.split(" INFO ")[1] for line in log.splitlines() if "training epochs" in line]


def test_one_more_seed_trains_only_that_seed(checkout: Checkout) -> None:
    overlay = checkout.folder / "seeds.yaml"
    overlay.write_text("seeds: [1, 2, 3]\n")
    files = ("--configfile", "tests/config/tiny.yaml", "seeds.yaml")
    jobs = checkout.plan(*files)
    assert not of_rule(jobs, "study", "generate_data")
    checkout.snakemake(*files)
    assert all("seed 3" in line for code in ("N", "H", "EH") for line in trained(checkout, code))
    assert [len(trained(checkout, code)) for code in ("N", "H", "EH")] == [1, 2, 2]


def test_one_more_budget_trains_only_what_is_new(checkout: Checkout) -> None:
    overlay = checkout.folder / "budgets.yaml"
    overlay.write_text("budgets: [1, 2, 3, 4]\n")
    files = ("--configfile", "tests/config/tiny.yaml", "budgets.yaml")
    checkout.snakemake(*files)
    lines = trained(checkout, "EH")
    assert {line.split(" seed")[0] for line in lines} == {
        "OSC_LSTM EH budget 1",
        "OSC_LSTM EH budget 4",
    }
    assert len(lines) == 4
    # The constant rate goes on from its checkpoint after epoch 3.
    assert all("budget 4" in line and "epochs 4 to 4" in line for line in trained(checkout, "N"))
    assert len(trained(checkout, "N")) == 2


def test_how_jobs_run_reruns_nothing(checkout: Checkout) -> None:
    overlay = checkout.folder / "runtime.yaml"
    overlay.write_text("training: {device: auto, log_every: 3, checkpoint_seconds: 5}\n")
    assert checkout.plan("--configfile", "tests/config/tiny.yaml", "runtime.yaml") == set()
    assert "Nothing to be done" in checkout.snakemake(*TINY, cores=1)


def test_touched_files_and_lost_metadata_train_nothing(checkout: Checkout) -> None:
    before = {path.name for path in (checkout.folder / "results" / "store").iterdir()}
    curves = checkout.read("results/tiny/curves/Result_OSC_LSTM-EH.csv")
    shutil.rmtree(checkout.folder / ".snakemake")
    (checkout.folder / "results" / "tiny" / "data" / "oscillator.parquet").touch()
    checkout.snakemake(*TINY, "--forcerun", "study", "compare")
    assert {path.name for path in (checkout.folder / "results" / "store").iterdir()} == before
    assert all(trained(checkout, code) == [] for code in ("N", "H", "EH", "WEH"))
    assert checkout.read("results/tiny/curves/Result_OSC_LSTM-EH.csv") == curves


def test_one_figure_builds_only_what_it_needs(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    jobs = checkout.plan("figures/demo/learning_curve_Integral_MLP-EH.png")
    assert jobs == {
        ("generate_data", "integral", ".parquet"),
        ("study", "Integral_MLP", "EH"),
        ("compare", "Integral_MLP", "EH"),
        ("curves", "Integral_MLP", "EH"),
        ("figure", "learning_curve_Integral_MLP-EH"),
    }


def test_the_winning_trial_is_the_comparisons_run(finished: Checkout) -> None:
    """The study's best run serves as that seed's run at the study's budget."""
    assert not any("budget 2 seed 1" in line for line in trained(finished, "H"))
    best = json.loads(finished.read("results/tiny/studies/OSC_LSTM/H/best.json"))
    assert best["hyperparameters"].keys() == {"lr", "infimum_lr", "upper_bound"}
