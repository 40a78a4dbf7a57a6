"""Seals: whatever the pipeline has written is noticed when it is no longer that."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from epochbudget import seals
from epochbudget.comparison import compare
from epochbudget.curves import export
from epochbudget.errors import UserError
from epochbudget.files import file_digest, write_csv, write_json, write_text
from epochbudget.raw_runs import read_runs
from epochbudget.studies import StudyJob
from small_runs import command, environment, experiment, make_data, runner

DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "emptied": lambda path: path.write_bytes(b""),
    "bit flipped": lambda path: path.write_bytes(flipped(path.read_bytes())),
    "deleted": lambda path: path.unlink(),
}
UNSEALED = {".lock", ".log", ".pt"}
"""A lock is empty; a journal carries a digest in each trial, a checkpoint its own in its name."""


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of every kind of file between a data set and a table of metrics."""
    folder = tmp_path_factory.mktemp("results")
    data = make_data(folder)
    e = experiment(study={"trials": 2, "epochs": 3, "seeds": [1]})
    pair, here = e.pair("OSC_LSTM", "N"), runner(folder, data)
    StudyJob(e.study_spec(pair), file_digest(data), here).run(folder / "study")
    raw = folder / "Result_OSC_LSTM-N.parquet"
    spec = e.comparison_spec(pair)
    compare(spec, folder / "study" / "best.json", file_digest(data), here, raw)
    export(read_runs(raw, "loss"), raw.with_suffix(".csv"))
    return folder


def files(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".seal"]


def test_every_kind_of_file_is_sealed(results: Path) -> None:
    kinds = {path.suffix or path.name for path in files(results)}
    assert kinds == {".parquet", ".csv", ".json", ".pt", ".log", ".lock"}
    unsealed = {
        path.suffix or path.name for path in files(results) if not seals.place(path).exists()
    }
    assert unsealed == UNSEALED
    assert seals.damage(results) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_is_named(results: Path, damage: str) -> None:
    sealed = [path for path in files(results) if seals.place(path).exists()]
    assert len(sealed) >= 8
    for path in sealed:
        before = path.read_bytes()
        DAMAGES[damage](path)
        (found,) = seals.damage(results)
        assert found.startswith(str(path))
        path.write_bytes(before)
    assert seals.damage(results) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_damaged_seal_is_named(tmp_path: Path, text: str) -> None:
    write_text(tmp_path / "a.csv", "1\n")
    seals.place(tmp_path / "a.csv").write_text(text)
    with pytest.raises(UserError, match=r"its seal .*a\.csv\.seal cannot be read.*Hint: delete"):
        seals.check(tmp_path / "a.csv")


def test_files_of_the_users_own_need_no_seal(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("1\n")
    assert seals.check(tmp_path / "own.csv") == seals.sha256(tmp_path / "own.csv")
    write_csv(tmp_path / "own.csv", [{"a": 1}], ["a"], sealed=False)
    assert not seals.place(tmp_path / "own.csv").exists()


def test_a_file_written_anew_has_a_new_seal(tmp_path: Path) -> None:
    for value in (1, 2):
        write_json(tmp_path / "a.json", value)
        seals.check(tmp_path / "a.json")


def test_a_command_refuses_damaged_inputs(results: Path, tmp_path: Path) -> None:
    import subprocess

    raw = results / "Result_OSC_LSTM-N.parquet"
    out = tmp_path / "Result_OSC_LSTM-N.csv"
    job = command("curves", str(raw), "--quantity", "loss", "--out", str(out))
    before = raw.read_bytes()
    raw.write_bytes(flipped(before))
    done = subprocess.run(job, env=environment(), text=True, stderr=subprocess.PIPE)
    raw.write_bytes(before)
    assert done.returncode == 1
    (message,) = done.stderr.strip().splitlines()
    assert f"{raw} is damaged" in message
    assert "Hint: delete it and make it again" in message
    assert not out.exists()
    subprocess.run(job, env=environment(), check=True)
    seal = json.loads(seals.place(out).read_text())
    assert seal["inputs"] == {str(raw): seals.sha256(raw)}
    assert seal["command"][1:] == job[3:]
    assert {"python", "torch", "numpy"} <= set(seal["versions"])
