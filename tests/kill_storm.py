"""Kill a run at random moments until it is done, and compare it with an undisturbed one.

    python tests/kill_storm.py --configfile config/config.yaml --sigkill 50 --sigterm 20

runs the configuration twice in throw-away checkouts (below --folder): once in peace, once with
signals to Snakemake, its jobs and their workers, restarted until it is done. Curves, trials, best
hyperparameters and metrics must be the same bytes. It prints what was killed and how many epochs
were trained twice (to within a second of training for each kill).
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from workflow import Checkout

PATIENCE = 15.0
"""Seconds to wait for a victim of the wanted kind before any other is taken."""
RESULTS = ("curves/*.csv", "studies/*/*/trials.csv", "studies/*/*/best.json", "metrics/*.csv")


@dataclass
class Report:
    """What a storm did.

    Attributes:
        kills: (signal, victim) -> how often.
        starts: How often Snakemake was started.
        trained: Epochs in the store at the end.
        trained_again: Epochs that interruptions have cost.
        damaged: What `epochbudget check` names.
        different: Results that differ from the undisturbed run's.
        unsent: Signals that were left when the run was done.
    """

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    starts: int = 0
    trained: int = 0
    trained_again: int = 0
    damaged: str = ""
    different: list[str] = field(default_factory=list)
    unsent: int = 0

    def __str__(self) -> str:
        killed = ", ".join(f"{n} x {s} to a {v}" for (s, v), n in sorted(self.kills.items()))
        return (
            f"{killed} ({self.unsent} unsent); Snakemake started {self.starts} times; "
            f"{self.trained} epochs in the store, {self.trained_again} trained again; "
            f"different: {self.different or 'nothing'}"
        )


def storm(
    folder: Path,
    arguments: Sequence[str],
    sigkill: int,
    sigterm: int,
    pause: float,
    seed: int,
) -> Report:
    """Run in peace and in the storm; see the module.

    Args:
        folder: Where the two checkouts go; one that is there from another storm serves again.
        arguments: Of Snakemake: what is run.
        sigkill: How many of these signals.
        sigterm: And of these.
        pause: Mean seconds between two signals.
        seed: Of the storm's randomness.
    """
    before, disturbed = folder / "peace", Checkout.make(folder / "disturbed")
    peace = Checkout(before) if before.exists() else Checkout.make(before)
    peace.snakemake(*arguments, "--quiet", "all")
    generator = random.Random(seed)
    signals = [signal.SIGKILL] * sigkill + [signal.SIGTERM] * sigterm
    generator.shuffle(signals)
    report = Report()
    while not _run(disturbed, arguments, signals, generator, pause, report):
        assert report.starts < 10 * (sigkill + sigterm) + 10, "it never ends"
    report.unsent = len(signals)
    for path in disturbed.folder.glob("results/store/*/run.json"):
        record = json.loads(path.read_text())
        report.trained += record["epochs"]
        report.trained_again += record["provenance"]["trained_again"]
    report.damaged = _check(disturbed)
    expected, found = _results(peace), _results(disturbed)
    assert expected.keys() == found.keys()
    report.different = [name for name, content in expected.items() if found[name] != content]
    return report


def _run(
    checkout: Checkout,
    arguments: Sequence[str],
    signals: list[signal.Signals],
    generator: random.Random,
    pause: float,
    report: Report,
) -> bool:
    """Start Snakemake, send signals while there are some; whether it has reached its end."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    subprocess.run([*command, "--unlock"], cwd=checkout.folder, capture_output=True, check=True)
    with (checkout.folder / "snakemake.log").open("ab") as log:
        process = psutil.Popen(
            [*command, "--rerun-incomplete", "--quiet", "all"],
            cwd=checkout.folder,
            stdout=log,
            stderr=log,
        )
        report.starts += 1
        while signals and process.poll() is None:
            time.sleep(generator.uniform(0.1 * pause, 1.9 * pause))
            kind = generator.choice(["worker", "worker", "job", "job", "snakemake"])
            victim = _victim(process, kind, generator)
            if victim is None:
                break
            number = signals.pop()
            report.kills[number.name, kind] += 1
            victim.send_signal(number)
            if kind == "snakemake":
                break
        return process.wait() == 0


def _victim(snakemake: psutil.Popen, kind: str, generator: random.Random) -> psutil.Process | None:
    """A process of that kind; None if Snakemake ends before there is one."""
    deadline = time.monotonic() + PATIENCE
    while snakemake.poll() is None:
        if kind == "snakemake":
            return snakemake
        found = [p for p in _below(snakemake) if _kind(p) == kind]
        if found:
            return generator.choice(found)
        if time.monotonic() > deadline:
            kind = "job"
        time.sleep(0.02)
    return None


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kind(process: psutil.Process) -> str:
    """worker, job, or "" for the shells between them and for helpers."""
    try:
        words = process.cmdline()
    except psutil.Error:
        return ""
    if any("spawn_main" in word for word in words):
        return "worker"
    return "job" if words[1:3] == ["-m", "epochbudget"] else ""


def _results(checkout: Checkout) -> dict[str, bytes]:
    """All results that must not depend on interruptions, by their path."""
    folder = checkout.folder / "results"
    found = [path for part in RESULTS for path in folder.glob(f"*/{part}")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(found)}


def _check(checkout: Checkout) -> str:
    command = [sys.executable, "-m", "epochbudget", "check"]
    done = subprocess.run(command, cwd=checkout.folder, text=True, capture_output=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfile", default="config/config.yaml")
    parser.add_argument("--sigkill", type=int, default=50)
    parser.add_argument("--sigterm", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.7, help="mean seconds between two")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None, help="default: a temporary one")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="kill-storm-"))
    run = ("--configfile", args.configfile)
    report = storm(folder, run, args.sigkill, args.sigterm, args.pause, args.seed)
    print(f"{folder}: {report}")
    sys.exit(bool(report.different or report.damaged or report.unsent))


if __name__ == "__main__":
    main()
