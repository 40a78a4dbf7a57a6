"""The plan: what is trained, what prefixes and the store save."""

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment
from epochbudget.plan import Epochs, plan
from epochbudget.training.store import Store
from small_runs import CONFIG, command, environment, make_data


def planned(folder: Path, *configfile: str) -> dict[str, dict[str, int]]:
    """The plan as the command prints it, by method."""
    files = ["--configfile", *configfile] if configfile else []
    done = subprocess.run(
        command("plan", "--csv", *files),
        cwd=folder,
        env=environment(),
        check=True,
        text=True,
        capture_output=True,
    )
    rows = csv.DictReader(io.StringIO(done.stdout))
    return {
        f"{row.pop('model')}-{row.pop('method')}": {n: int(v) for n, v in row.items()}
        for row in rows
    }


def test_the_papers_protocol(tmp_path: Path) -> None:
    """Known sums per model: 18,750 and 37,500 epochs, of which prefixes save 9,000."""
    experiment = Experiment(load_files([ROOT / "config/paper.yaml"]))
    epochs = plan(experiment, Store(tmp_path / "store"))
    for label in experiment.labels:
        total = sum((e for (own, _), e in epochs.items() if own == label), start=Epochs())
        assert total == Epochs(18_750, 37_500, 9_000, 750, 0)
        assert total.left == 46_500
    free = {code for (_, code), e in epochs.items() if e.prefixes}
    assert free == {"N", "E", "S", "CY", "Prodigy", "DAdapt"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a small configuration and its data set."""
    config: dict[str, Any] = {**CONFIG, "methods": ["N", "C"], "run": "small"}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(config))
    data = tmp_path / "results/small/data/oscillator.parquet"
    data.parent.mkdir(parents=True)
    shutil.move(make_data(tmp_path), data)
    return tmp_path


def carry_out(folder: Path, code: str) -> None:
    """Study and comparison of one method, by the real commands."""
    e = Experiment(load_files([folder / "small.yaml"]))
    pair = e.pair("OSC_LSTM", code)
    data = ["--data", e.path("data", dataset="oscillator")]
    best = e.path("best", label="OSC_LSTM", code=code)
    study = command("study", json.dumps(e.study_spec(pair)), *data, "--folder")
    compare = command("compare", json.dumps(e.comparison_spec(pair)), *data, "--best", best)
    for job in ([*study, str(Path(best).parent)], [*compare, "--out", "out.parquet"]):
        subprocess.run([*job, "--log", "log"], cwd=folder, env=environment(), check=True)


def test_what_is_stored_is_not_planned_again(project: Path) -> None:
    before = planned(project, "small.yaml")
    # 5 trials of 3 epochs; budgets 3 and 5 with 2 seeds, one of which the study has.
    assert before["OSC_LSTM-N"] == {
        "study": 15,
        "comparison": 16,
        "prefixes": 6,
        "trials": 3,
        "stored": 0,
        "left": 22,
    }
    assert before["OSC_LSTM-C"]["left"] == 15 + 16 - 3
    carry_out(project, "N")
    after = planned(project, "small.yaml")
    assert (after["OSC_LSTM-N"]["stored"], after["OSC_LSTM-N"]["left"]) == (22, 0)
    assert after["OSC_LSTM-C"] == before["OSC_LSTM-C"]
    # One more seed in another configuration: only that seed is left.
    config = yaml.safe_load((project / "small.yaml").read_text())
    (project / "more.yaml").write_text(yaml.safe_dump({**config, "seeds": [1, 2, 3]}))
    assert planned(project, "more.yaml")["OSC_LSTM-N"]["left"] == 5
    # A changed study is another one.
    config["study"]["sampler_seed"] = 7
    (project / "other.yaml").write_text(yaml.safe_dump(config))
    assert planned(project, "other.yaml")["OSC_LSTM-N"]["left"] == 22


def test_the_table_for_people(project: Path) -> None:
    done = subprocess.run(
        command("plan", "--configfile", "small.yaml"),
        cwd=project,
        env=environment(),
        check=True,
        text=True,
        capture_output=True,
    )
    head, model, total, rule = done.stdout.splitlines()
    assert head.split() == ["epochs", "study", "comparison", "prefixes", "trials", "stored", "left"]
    assert model.split()[1:] == total.split()[1:] == ["30", "32", "6", "6", "0", "50"]
    assert rule == "left = study + comparison - prefixes - trials - stored"
