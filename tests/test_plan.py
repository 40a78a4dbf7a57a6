"""The plan: what is trained, what prefixes and the store save, and how long the rest takes."""

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
from epochbudget.plan import Work, hours, plan
from epochbudget.step_times import StepTime, read, sizes, write
from epochbudget.training.store import Store
from small_runs import CONFIG, command, environment, make_data


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The real command."""
    plan = command("plan", *words)
    return subprocess.run(plan, cwd=folder, env=environment(), text=True, capture_output=True)


def planned(folder: Path, *words: str) -> dict[str, dict[str, float | None]]:
    """The plan as the command prints it, by method."""
    done = call(folder, "--csv", "--configfile", *words)
    assert done.returncode == 0, done.stderr
    rows = csv.DictReader(io.StringIO(done.stdout))
    return {
        f"{row.pop('model')}-{row.pop('method')}": {
            name: float(cell) if cell else None for name, cell in row.items()
        }
        for row in rows
    }


def test_the_papers_protocol(tmp_path: Path) -> None:
    """Known sums per model: 18,750 and 37,500 epochs, of which prefixes save 9,000.

    Runs: 25 trials and 20 runs of nine methods, of which a trial is one; 25 and 5 of six others.
    """
    experiment = Experiment(load_files([ROOT / "config/paper.yaml"]))
    work = plan(experiment, Store(tmp_path / "store"))
    for label in experiment.labels:
        total = sum((w for (own, _), w in work.items() if own == label), start=Work())
        assert total == Work(15, 9 * 44 + 6 * 29, 18_750, 37_500, 9_000, 750, 0)
        assert total.left == 46_500
    free = {code for (_, code), w in work.items() if w.prefixes}
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
        "studies": 1,
        "runs": 5 + 2 - 1,
        "study": 15,
        "comparison": 16,
        "prefixes": 6,
        "trials": 3,
        "stored": 0,
        "left": 22,
        "hours": None,
    }
    assert before["OSC_LSTM-C"]["left"] == 15 + 16 - 3
    assert before["OSC_LSTM-C"]["runs"] == 5 + 4 - 1
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
    # Of a study that was interrupted, the trials in its journal: a study's line and one for each.
    folder = project / "results/small/studies/OSC_LSTM/N"
    lines = (folder / "journal.log").read_text().splitlines(keepends=True)
    assert len(lines) == 1 + 5
    (folder / "journal.log").write_text("".join(lines[:4]))
    (folder / "best.json").unlink()
    assert planned(project, "small.yaml")["OSC_LSTM-N"]["stored"] == 3 * 3
    assert planned(project, "other.yaml")["OSC_LSTM-N"]["stored"] == 0


HEAD = [
    *("model", "studies", "runs", "study", "comparison", "prefixes", "trials", "stored", "left"),
    "hours",
]
NUMBERS = ["2", "14", "30", "32", "6", "6", "0", "50"]


def test_the_table_for_people(project: Path) -> None:
    head, model, total, *legend = call(project, "--configfile", "small.yaml").stdout.splitlines()
    assert head.split() == HEAD
    assert model.split() == ["OSC_LSTM", *NUMBERS]
    assert total.split() == ["all", *NUMBERS]
    assert legend == [
        "studies: 5 trials of 3 epochs, seeds 1",
        "epochs: left = study + comparison - prefixes - trials - stored",
        "note: no step time of OSC_LSTM; --time-steps measures",
    ]


def step_time(experiment: Experiment, label: str, epoch_s: float) -> StepTime:
    """A time of the model's size: 100 steps, of which each takes as long as the validation."""
    pair = next(pair for pair in experiment.pairs if pair.task.label == label)
    milliseconds = 1000 * epoch_s / 101
    device = "cuda: NVIDIA H200"
    return StepTime(label, device, 16, 100, milliseconds, milliseconds, sizes(experiment, pair))


def test_hours_are_epochs_left_times_their_seconds(tmp_path: Path) -> None:
    experiment = Experiment(load_files([ROOT / "config/paper.yaml"]))
    seconds = {label: 1.5 + i for i, label in enumerate(experiment.labels[:-1])}
    times = [step_time(experiment, label, time) for label, time in seconds.items()]
    work = plan(experiment, Store(tmp_path / "store"))
    found = hours(experiment, work, times)
    assert list(found) == list(work)
    for label, time in seconds.items():
        total = sum(value or 0 for (own, _), value in found.items() if own == label)
        assert total == pytest.approx(46_500 * time / 3600)
    assert {found[experiment.labels[-1], code] for code in experiment.methods} == {None}


def test_both_forms_say_the_same(project: Path) -> None:
    """Two models, one of them without a time: its cells are empty, the sum says it is not all."""
    config = yaml.safe_load((project / "small.yaml").read_text())
    (project / "two.yaml").write_text(
        yaml.safe_dump({**config, "models": ["OSC_LSTM", "Integral_MLP"]})
    )
    experiment = Experiment(load_files([project / "two.yaml"]))
    write([step_time(experiment, "OSC_LSTM", 3600.0)], project / "times.csv")
    words = ["two.yaml", "--times", "times.csv"]
    rows = planned(project, *words)
    known = [row["hours"] for row in rows.values()]
    assert known[:2] == pytest.approx([22, 28], rel=1e-3)
    assert known[2:] == [None, None]
    done = call(project, "--configfile", *words)
    head, first, second, total, _, _, device, note = done.stdout.splitlines()
    for index, name in enumerate(head.split()[1:-1], start=1):
        cells = [float(line.split()[index].replace(",", "")) for line in (first, second, total)]
        own = [row[name] for row in rows.values()]
        assert cells == [sum(own[:2]), sum(own[2:]), sum(own)]
    assert [first.split()[-1], total.split()[-1]] == ["50", ">50"]
    assert len(second.split()) == len(HEAD) - 1
    assert "cuda: NVIDIA H200, one run at a time" in device
    assert note == "note: no step time of Integral_MLP; --time-steps measures"


def test_a_part_of_the_configuration(project: Path) -> None:
    whole = planned(project, "small.yaml")
    part = planned(project, "small.yaml", "--models", "OSC_LSTM", "--methods", "C")
    assert part == {"OSC_LSTM-C": whole["OSC_LSTM-C"]}
    overlay = {"methods": ["EH"], "study": {"trials": 2}}
    (project / "over.yaml").write_text(yaml.safe_dump(overlay))
    assert planned(project, "small.yaml", "over.yaml")["OSC_LSTM-EH"]["study"] == 2 * 3
    for words in (["--models", "LSTM"], ["--methods", "X"]):
        done = call(project, "--configfile", "small.yaml", *words)
        assert done.returncode == 1
        assert "allowed are" in done.stderr


def test_measured_here_used_there(project: Path) -> None:
    """A few steps are timed and written; without --time-steps the file is read."""
    words = ["small.yaml", "--times", "times.csv"]
    first = planned(project, *words, "--time-steps")
    (time,) = read(project / "times.csv")
    assert time.device.startswith("cpu: ")
    assert 0 < first["OSC_LSTM-N"]["hours"] == pytest.approx(22 * time.epoch_s / 3600, rel=1e-5)
    again = planned(project, *words)
    assert again == first
    done = call(project, "--configfile", "small.yaml", "--times", "gone.csv")
    assert done.returncode == 1
    assert "gone.csv" in done.stderr
