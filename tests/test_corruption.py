"""Damage in the middle of the pipeline is named, and mended by what the message says."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from test_seals import DAMAGES
from workflow import Checkout

pytestmark = pytest.mark.slow

CONFIG = "tests/config/tiny.yaml"
RUNS = "results/tiny/curves/Result_OSC_LSTM-N.parquet"
CURVES = "results/tiny/curves/Result_OSC_LSTM-N.csv"
FIGURE = "figures/tiny/learning_curve_OSC_LSTM-N.png"
STUDY = "results/tiny/studies/OSC_LSTM/N"
CHAIN = ("results/tiny/data/oscillator.parquet", f"{STUDY}/best.json", RUNS, CURVES, FIGURE)
"""Each is made from the one before it; the last one is read by people alone."""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """One method of the tiny run, and a figure of it."""
    checkout = Checkout.make(tmp_path_factory.mktemp("done") / "checkout")
    checkout.snakemake(CURVES, FIGURE, "--configfile", CONFIG, "--config", "methods=[N]")
    return checkout


def snakemake(checkout: Checkout, *targets: str, fails: bool = False) -> str:
    arguments = (*targets, "--configfile", CONFIG, "--config", "methods=[N]")
    return checkout.snakemake(*arguments, fails=fails)


def delete_after(checkout: Checkout, path: str) -> None:
    """Delete what is made from a file, so that the next run reads it."""
    for later in CHAIN[CHAIN.index(path) + 1 :]:
        (checkout.folder / later).unlink(missing_ok=True)


@pytest.mark.parametrize("damaged", CHAIN[:-1])
def test_damage_is_named_and_the_hint_mends_it(
    done: Checkout, tmp_path: Path, damaged: str
) -> None:
    checkout = done.copy(tmp_path / "checkout")
    before = {path: (checkout.folder / path).read_bytes() for path in CHAIN if path != RUNS}
    DAMAGES["bit flipped"](checkout.folder / damaged)
    delete_after(checkout, damaged)
    output = snakemake(checkout, FIGURE, fails=True)
    assert f"{damaged} is damaged" in output
    assert "Hint: delete it and make it again" in output
    assert "Traceback" not in output
    (checkout.folder / damaged).unlink()
    snakemake(checkout, FIGURE)
    for path, content in before.items():
        assert (checkout.folder / path).read_bytes() == content
    assert "training epochs" not in logs(checkout)


def test_damaged_records_of_studies_and_runs_are_named(done: Checkout, tmp_path: Path) -> None:
    """The journal and the store: what Snakemake knows nothing of."""
    checkout = done.copy(tmp_path / "checkout")
    best = (checkout.folder / STUDY / "best.json").read_bytes()
    journal = checkout.folder / STUDY / "journal.log"
    whole = journal.read_text()
    (value,) = [line for line in whole.splitlines() if '"value":' in line][:1]
    digits = value.split('"value":')[1][:6]
    damages = {
        "a digit": whole.replace(f'"value":{digits}', '"value":0.0001', 1),
        "a brace": whole.replace("{", "[", 1),
        "half": whole[: len(whole) // 3] + "\n" + whole[len(whole) // 3 :],
    }
    for text in damages.values():
        journal.write_text(text)
        delete_after(checkout, CHAIN[0])
        output = snakemake(checkout, CURVES, fails=True)
        assert "journal.log is damaged" in output
        assert "Hint: delete it; its trials are in the store" in output
    for text in ("", whole[:-5], whole[: len(whole) // 2].rpartition("\n")[0] + "\n"):
        journal.write_text(text)
        delete_after(checkout, CHAIN[0])
        snakemake(checkout, CURVES)
        assert (checkout.folder / STUDY / "best.json").read_bytes() == best
    assert "training epochs" not in logs(checkout)
    record = next((checkout.folder / "results/store").glob("*/run.json"))
    DAMAGES["bit flipped"](record)
    journal.unlink()
    delete_after(checkout, CHAIN[0])
    output = snakemake(checkout, CURVES, fails=True)
    assert f"{record.relative_to(checkout.folder)}: this record of a finished run" in output
    assert "only this run is trained again" in output


def logs(checkout: Checkout) -> str:
    """What the jobs since the copy said: a job writes its log anew."""
    started = (checkout.folder / "Snakefile").stat().st_ctime
    found = (checkout.folder / "results/tiny/logs").rglob("*.log")
    return "".join(path.read_text() for path in found if path.stat().st_mtime > started)


def test_of_two_snakemakes_on_one_folder_one_refuses(done: Checkout, tmp_path: Path) -> None:
    checkout = done.copy(tmp_path / "checkout")
    delete_after(checkout, CHAIN[0])
    command = [sys.executable, "-m", "snakemake", "--cores", "1", CURVES]
    options = ["--configfile", CONFIG, "--config", "methods=[N]"]
    first = subprocess.Popen([*command, *options], cwd=checkout.folder, stderr=subprocess.DEVNULL)
    while not list((checkout.folder / ".snakemake/locks").glob("*")):
        assert first.poll() is None
        time.sleep(0.02)
    output = snakemake(checkout, CURVES, fails=True)
    # The other one, if its job has begun by then, has left a mark that is seen before its lock.
    assert "Directory cannot be locked" in output or "Incomplete files" in output
    assert first.wait() == 0
    assert "Nothing to be done" in snakemake(checkout, CURVES)
