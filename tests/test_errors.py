"""A user's mistake is one clear message and a non-zero exit, on the real command line."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from workflow import Checkout

CONFIG = {
    "models": ["OSC_LSTM"],
    "mode": "compare",
    "budgets": [2],
    "seeds": [1],
    "data": {"oscillator": {"duration": 0.5}},
}


def run(*arguments: str, cwd: Path, **environment: str) -> str:
    """Standard error of a command that must fail, as its last line; nothing may be a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "epochbudget", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        text=True,
        capture_output=True,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    (message,) = done.stderr.strip().splitlines()
    assert ". Hint: " in message
    return message


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data file."""
    folder = tmp_path_factory.mktemp("data")
    arguments = ["data", "oscillator", json.dumps({"duration": 0.5}), "--out", "oscillator.parquet"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-m", "epochbudget", *arguments], cwd=folder, env=environment, check=True
    )
    return folder / "oscillator.parquet"


@pytest.fixture(scope="module")
def spec() -> str:
    experiment = Experiment(load(CONFIG))
    return json.dumps(experiment.comparison_spec(experiment.pair("OSC_LSTM", "N")))


def test_missing_data(tmp_path: Path, spec: str) -> None:
    message = run("compare", spec, "--data", "none.parquet", "--out", "o.parquet", cwd=tmp_path)
    assert "none.parquet" in message


def test_truncated_data(tmp_path: Path, spec: str, data: Path) -> None:
    for size in (0, 10, data.stat().st_size // 2, data.stat().st_size - 1):
        truncated = tmp_path / "truncated.parquet"
        truncated.write_bytes(data.read_bytes()[:size])
        out = ("--data", "truncated.parquet", "--out", "o.parquet")
        assert "truncated.parquet" in run("compare", spec, *out, cwd=tmp_path)
        assert not (tmp_path / "o.parquet").exists()


def test_a_device_that_is_not_there(tmp_path: Path, spec: str, data: Path) -> None:
    out = ("--data", str(data), "--out", "o.parquet")
    runtime = {"EPOCHBUDGET_RUNTIME": '{"device": "cuda:99"}'}
    message = run("compare", spec, *out, cwd=tmp_path, **runtime)
    assert "'cuda:99'" in message
    assert "auto, cpu" in message


def test_no_network(tmp_path: Path) -> None:
    proxy = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    for dataset in ("cifar10", "cifar100"):
        message = run("data", dataset, "{}", "--out", "o.npz", cwd=tmp_path, **proxy)
        assert dataset.upper().replace("CIFAR", "CIFAR-")[:5] in message.upper()
        assert not (tmp_path / "o.npz").exists()


@pytest.mark.parametrize("option", ["--out", "--log"])
def test_a_folder_that_cannot_be_written(
    tmp_path: Path, spec: str, data: Path, option: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    files = {"--out": "o.parquet", "--log": "o.log", option: "file/sub/name"}
    flat = [text for pair in files.items() for text in pair]
    message = run("compare", spec, "--data", str(data), *flat, cwd=tmp_path)
    assert "file/sub" in message


def test_a_log_that_is_a_folder(tmp_path: Path, spec: str, data: Path) -> None:
    out = ("--data", str(data), "--out", "o.parquet", "--log", str(tmp_path))
    assert str(tmp_path) in run("compare", spec, *out, cwd=tmp_path)


def test_bad_settings_of_data(tmp_path: Path) -> None:
    message = run("data", "oscillator", '{"durration": 1}', "--out", "o.parquet", cwd=tmp_path)
    assert "did you mean duration?" in message
    assert "'nothing'" in run("data", "nothing", "{}", "--out", "o.parquet", cwd=tmp_path)


def test_tracking_without_its_package(tmp_path: Path, spec: str, data: Path) -> None:
    if find_spec("wandb"):
        pytest.skip("wandb is installed here")
    out = ("--data", str(data), "--out", "o.parquet", "--log", "log")
    runtime = {"EPOCHBUDGET_RUNTIME": '{"device": "cpu", "tracking": {"mode": "offline"}}'}
    message = run("compare", spec, *out, cwd=tmp_path, **runtime)
    assert "pip install wandb" in message


def test_a_study_folder_that_cannot_be_written(tmp_path: Path, data: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    experiment = Experiment(load({**CONFIG, "mode": "optimize", "study": {"trials": 1}}))
    spec = json.dumps(experiment.study_spec(experiment.pair("OSC_LSTM", "N")))
    out = ("--data", str(data), "--folder", "file/sub")
    assert "file/sub" in run("study", spec, *out, cwd=tmp_path)


def test_a_run_by_hand(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(json.dumps(CONFIG))
    arguments = ["train", "--configfile", "my.yaml", "--budget", "2"]
    message = run(*arguments, "--model", "OSC_LSTM", "--method", "N", cwd=tmp_path)
    assert "snakemake results/demo/data/oscillator.parquet" in message
    message = run(*arguments, "--model", "RNN", "--method", "N", cwd=tmp_path)
    assert "'RNN'" in message
    assert "OSC_LSTM" in message


MISTAKES = {
    "unknown key": ("budgetz: [1]", "unknown key budgetz"),
    "wrong type": ("study: {trials: many}", "study.trials"),
    "upper bound": ("budgets: [12, 500]", "upper_bound"),
    "seeds": ("seeds: []", "seeds: found an empty list"),
    "no mapping": ("- 1", "must be given as"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_snakemake_refuses_a_bad_configuration(tmp_path: Path, mistake: str) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    text, expected = MISTAKES[mistake]
    (checkout.folder / "bad.yaml").write_text(text + "\n")
    output = checkout.snakemake("-n", "--configfile", "bad.yaml", fails=True)
    assert expected in output
    assert "Traceback" not in output
    assert not (checkout.folder / "results").exists()


def test_snakemake_refuses_an_unknown_figure(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    output = checkout.snakemake("figures/demo/nothing.png", fails=True)
    assert "figures/demo/nothing.png" in output
    assert "Traceback" not in output
