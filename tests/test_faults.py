"""Two jobs at one thing, little memory, a full or read-only disk: nothing lost, and said why."""

import json
import resource
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from epochbudget.training import failures
from epochbudget.training.locks import exclusive, is_held
from epochbudget.training.store import Store
from small_runs import command, environment, experiment, make_data, run, runner


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def comparison(**task: int) -> str:
    e = experiment(mode="compare", budgets=[30])
    spec = e.comparison_spec(e.pair("OSC_LSTM", "C"))
    spec["task"]["settings"].update(task)
    return json.dumps(spec)


def take(path: Path) -> bool:
    with exclusive(path, "the run", cancelled=lambda: True) as held:
        return held


def test_a_lock_is_held_by_one_and_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "run" / ".lock"
    assert not is_held(path)
    with exclusive(path, "the run") as held:
        assert held
        assert is_held(path)
        with ThreadPoolExecutor(1) as pool:  # another thread stands for another job
            assert pool.submit(take, path).result() is False
    assert not is_held(path)
    assert take(path)


def test_two_jobs_for_the_same_runs_train_them_once(tmp_path: Path, data: Path) -> None:
    jobs = [
        subprocess.Popen(
            command(
                *("compare", comparison(), "--data", str(data)),
                *("--out", f"Result_OSC_LSTM-C.{n}.parquet", "--log", f"log{n}"),
            ),
            cwd=tmp_path,
            env=environment(log_every=1),
        )
        for n in range(2)
    ]
    assert [job.wait() for job in jobs] == [0, 0]
    logs = [(tmp_path / f"log{n}").read_text() for n in range(2)]
    for seed in (1, 2):
        for epoch in range(1, 31):
            line = f"seed {seed}: epoch {epoch}/30 "
            assert sum(log.count(line) for log in logs) == 1, line


@pytest.mark.slow
def test_two_jobs_at_one_study_have_the_same_trials(tmp_path: Path, data: Path) -> None:
    e = experiment(study={"trials": 4, "epochs": 20, "seeds": [1]})
    spec = json.dumps(e.study_spec(e.pair("OSC_LSTM", "C")))
    jobs = [
        subprocess.Popen(
            command(*("study", spec, "--data", str(data), "--folder", "study", "--log", f"log{n}")),
            cwd=tmp_path,
            env=environment(),
        )
        for n in range(2)
    ]
    assert [job.wait() for job in jobs] == [0, 0]
    logs = [(tmp_path / f"log{n}").read_text() for n in range(2)]
    assert sum("another job is at it" in log for log in logs) == 1
    for number in range(4):
        assert sum(log.count(f"trial {number}:") for log in logs) == 1
    assert len((tmp_path / "study" / "trials.csv").read_text().splitlines()) == 5


def test_too_little_memory_is_named_and_recorded(tmp_path: Path, data: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    done = subprocess.run(
        command(
            *("compare", comparison(hidden=40000), "--data", str(data)),
            *("--out", "Result_OSC_LSTM-C.parquet", "--log", "log"),
        ),
        cwd=tmp_path,
        env=environment(),
        text=True,
        stderr=subprocess.PIPE,
        preexec_fn=limited,
    )
    assert done.returncode == 1
    assert "too little memory" in done.stderr
    assert "and 1 more failed" in done.stderr  # the other seed was tried as well
    assert failures.MEMORY_HINT in done.stderr
    assert "Traceback" not in done.stderr
    recorded = [failures.read(folder) for folder in (tmp_path / "results/store").iterdir()]
    assert len(recorded) == 2
    assert all(f and f.times == 1 and "too little memory" in f.reason for f in recorded)


def test_a_failure_is_counted_and_forgotten_at_the_end(tmp_path: Path, data: Path) -> None:
    here, this = runner(tmp_path, data), run(data, "N")
    folder = here.store.place(this)
    for times in (1, 2):
        failures.record(
            folder, failures.explained([this], RuntimeError("the GPU fell off the bus"))
        )
        found = failures.read(folder)
        assert found
        assert found.times == times
        assert "OSC_LSTM N budget 5 seed 1: RuntimeError: the GPU fell" in found.reason
    here.history(this)
    assert failures.read(folder) is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little space."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small file system (run the tests as root for it)")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


@pytest.mark.parametrize("trouble", ["full", pytest.param("read-only", marks=pytest.mark.slow)])
def test_a_disk_that_refuses_is_named_and_nothing_is_damaged(
    tmp_path: Path, small_disk: Path, data: Path, trouble: str
) -> None:
    """One run is stored, then the disk refuses; when it no longer does, the job goes on."""
    here = runner(small_disk, data)
    stored = run(data, "P", power=1.5)
    before = here.history(stored)
    job = command(
        *("compare", comparison(), "--data", str(data), "--store", str(small_disk / "store")),
        *("--out", str(small_disk / "Result_OSC_LSTM-C.parquet"), "--log", str(tmp_path / "log")),
    )
    how = {"cwd": tmp_path, "env": environment(checkpoint_seconds=0.001), "text": True}
    if trouble == "full":
        filler = small_disk / "filler"
        with (
            filler.open("wb", buffering=0) as stream,
            pytest.raises(OSError, match="No space left"),
        ):
            while True:
                stream.write(bytes(4096))
    else:
        remount(small_disk, "ro")
    done = subprocess.run(job, stderr=subprocess.PIPE, **how)
    assert done.returncode == 1
    (message,) = done.stderr.strip().splitlines()
    assert {"full": "No space left on device", "read-only": "Read-only"}[trouble] in message
    assert "Hint: check the permissions and the free space" in message
    assert str(small_disk) in message
    assert Store(small_disk / "store").read(stored) == before
    if trouble == "full":
        filler.unlink()
    else:
        remount(small_disk, "rw")
    subprocess.run(job, check=True, **how)
    assert (small_disk / "Result_OSC_LSTM-C.parquet").stat().st_size
