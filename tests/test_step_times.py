"""Step times: real ones of tiny models, their table, and that they are used for no other sizes."""

import csv
import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from conftest import ROOT
from epochbudget import step_times
from epochbudget.config.load import load, load_files
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.step_times import StepTime, by_model, gaps, merged, read, sizes, write
from epochbudget.step_timing import measure
from small_runs import CONFIG, TASK
from test_overhead import RUN, loaded

DATA = {"oscillator": {"duration": 0.5}, "integral": {"fields": 50}}
CNN = {"channels": 2, "hidden": 2, "batch_size": 16, "subset_ratio": 0.001}
TINY: dict[str, Any] = {
    **CONFIG,
    "models": ["OSC_LSTM", "Integral_MLP", "CIFAR10_CNN"],
    "methods": ["N", "EH"],
    "data": DATA,
    "tasks": {"OSC_LSTM": TASK, "Integral_MLP": {"hidden": 4, "batch_size": 16}, "CNN": CNN},
    "training": {"device": "cpu"},
}


def experiment(**changes: Any) -> Experiment:
    return Experiment(load({**TINY, **changes}))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[StepTime]:
    """Real times, in a folder without data: CIFAR-10 is stood in for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        torch.set_num_threads(2)
        found = measure(experiment(), seconds=0.01)
        assert torch.get_num_threads() == 1
    return found


def test_every_model_is_measured_once(measured: list[StepTime]) -> None:
    assert [time.model for time in measured] == ["OSC_LSTM", "Integral_MLP", "CIFAR10_CNN"]
    for time in measured:
        assert time.step_ms > 0 < time.validation_ms
        assert time.epoch_s == pytest.approx(
            (time.steps * time.step_ms + time.validation_ms) / 1000
        )
        assert time.device.startswith("cpu: ")


def test_steps_are_those_of_a_data_loader(measured: list[StepTime]) -> None:
    windows = int(0.8 * len(range(0, 501 - 10 + 1, 4)))  # 501 rows; windows of 10, every 4
    images = round(0.001 * 50_000)
    for time, samples in zip(measured, (windows, 40, images), strict=True):
        assert time.batch_size == 16
        assert time.steps == len(DataLoader(range(samples), 16))


def test_a_table_is_written_and_read(measured: list[StepTime], tmp_path: Path) -> None:
    path = tmp_path / "folder" / "times.csv"
    write(measured, path)
    assert read(path) == measured
    with path.open(newline="") as stream:
        written = [float(row["epoch_s"]) for row in csv.DictReader(stream)]
    assert written == pytest.approx([time.epoch_s for time in measured], rel=1e-3)


DAMAGES = ["columns", "number", "negative", "nan", "json", "list", "cut", "none"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_other_tables_are_refused(damage: str, measured: list[StepTime], tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    write(measured, path)
    text = path.read_text()
    shown = f",{measured[0].step_ms},"
    changed = {
        "columns": text.replace("step_ms", "step_s"),
        "number": text.replace(shown, ",fast,"),
        "negative": text.replace(shown, ",-1,"),
        "nan": text.replace(shown, ",nan,"),
        "json": text.replace('"{""', '"{'),
        "list": re.sub(r'"\{.*\}"', "[]", text),
        "cut": text.splitlines()[0] + "\nOSC_LSTM,cpu\n",
        "none": "",
    }
    assert changed[damage] != text
    path.write_text(changed[damage])
    with pytest.raises(UserError, match=r"times\.csv: this is no table.*Hint: measure it"):
        read(path)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.csv.*--time-steps --times"):
        read(tmp_path / "gone.csv")


OTHERS = [
    ({"tasks": {**TINY["tasks"], "OSC_LSTM": {**TASK, "hidden": 8}}}, "OSC_LSTM.hidden is 8"),
    ({"data": {**DATA, "oscillator": {"duration": 1.0}}}, "oscillator.duration is 1.0"),
    ({"models": ["Integral_TF"]}, "no step time of Integral_TF"),
]


@pytest.mark.parametrize(("change", "reason"), OTHERS)
def test_times_of_other_sizes_are_not_used(
    change: dict[str, Any], reason: str, measured: list[StepTime]
) -> None:
    other = experiment(**change)
    unknown = [label for label, time in by_model(other, measured).items() if time is None]
    assert len(unknown) == 1
    (gap,) = gaps(other, measured)
    assert reason in gap


def test_what_changes_no_time_changes_nothing(measured: list[StepTime]) -> None:
    """Rates, seeds, methods, budgets, and where an archive lies."""
    tasks = {**TINY["tasks"], "OSC_LSTM": {**TASK, "lr": 0.5, "split_seed": 7}}
    data = {**DATA, "cifar10": {"cache": "elsewhere"}}
    other = experiment(tasks=tasks, data=data, optimizers=["Adam"], budgets=[9])
    assert all(by_model(other, measured).values())
    assert gaps(other, measured) == []


def test_several_sizes_stand_in_one_table(measured: list[StepTime]) -> None:
    first = measured[0]
    again = dataclasses.replace(first, step_ms=7.0)
    larger = dataclasses.replace(first, settings={**first.settings, "tasks.OSC_LSTM.hidden": 8})
    both = merged(measured, [again, larger])
    assert both == [*measured[1:], again, larger]
    assert by_model(experiment(), both)["OSC_LSTM"] == again
    change, _ = OTHERS[0]
    assert by_model(experiment(**change), both)["OSC_LSTM"] == larger


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UserError, match=r"training\.device.*Hint"):
        measure(experiment(training={"device": "cuda:99"}))


@pytest.mark.parametrize("name", ["config.yaml", "paper.yaml"])
def test_the_shipped_table_fits_the_shipped_configurations(name: str) -> None:
    """Where it fails, sizes have changed: epochbudget plan --time-steps --times FILE."""
    shipped = Experiment(load_files([ROOT / "config" / name]))
    table = read(ROOT / step_times.DEFAULT)
    assert gaps(shipped, table) == []
    for pair in shipped.pairs:
        time = by_model(shipped, table)[pair.task.label]
        key = f"tasks.{pair.task.section}.batch_size"
        assert time and time.batch_size == sizes(shipped, pair)[key]


def test_shipped_steps_of_the_papers_sizes() -> None:
    """The authors' numbers of samples: 9,902 windows, 10,000 functions, 50,000 images."""
    known = by_model(Experiment(load_files([ROOT / "config/paper.yaml"])), _shipped())
    steps = {label: time.steps for label, time in known.items() if time}
    images = math.ceil(50_000 / 128)
    assert steps == {
        "OSC_LSTM": math.ceil(int(0.8 * (10_001 - 99)) / 64),
        **dict.fromkeys(("Integral_MLP", "Integral_TF"), math.ceil(8000 / 128)),
        **dict.fromkeys(("CIFAR10_CNN", "CIFAR10_ResNet", "CIFAR10_ViT"), images),
    }


def _shipped() -> list[StepTime]:
    return read(ROOT / step_times.DEFAULT)


def test_planning_without_measuring_loads_no_torch() -> None:
    assert "torch" not in loaded(RUN, "plan", "--configfile", str(ROOT / "config/paper.yaml"))
