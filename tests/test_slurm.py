"""The workflow on a real SLURM: a job cancelled, one preempted, node drained, controller away."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT
from workflow import Checkout

pytestmark = pytest.mark.slurm

SCRIPT = ROOT / "tests" / "slurm" / "cluster"
PROGRAMS = ("slurmctld", "slurmd", "slurmdbd", "munged", "mariadbd")
CONFIG = "tests/config/slurm.yaml"
PROFILE = "profiles/slurm/config.yaml"
COMMAND = ("--cores", "8", "--profile", "slurm", "--configfile", CONFIG)
DATA = "rule_generate_data_wildcards_oscillator_.parquet"
STUDY, COMPARE = (f"rule_{rule}_wildcards_OSC_LSTM" for rule in ("study", "compare"))
STUDY_LOG, COMPARE_LOG = (
    f"results/small/logs/{rule}/OSC_LSTM-EH.log" for rule in ("study", "compare")
)


class Job(NamedTuple):
    """A job as accounting has it; one that was taken back and started again is two."""

    JobIDRaw: str
    Comment: str
    State: str
    ReqMem: str
    Timelimit: str
    AllocTRES: str
    Start: str
    End: str


def tell(*command: str) -> str:
    """What a program of SLURM answers."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def cluster(folder: Path, action: str) -> None:
    """Start or stop SLURM or a part of it; see the script."""
    subprocess.run([SCRIPT, folder, action], check=True)


def set_node(state: str) -> None:
    """Drain the node or put it back to work."""
    node = tell("sinfo", "--noheader", "--partition=gpu", "--format=%n").strip()
    tell("scontrol", "update", f"nodename={node}", f"state={state}", "reason=test")


def numbers(rule: str, state: str) -> list[str]:
    """The jobs of a rule that are in this state now."""
    lines = tell("squeue", "--noheader", "--format=%k|%T|%i").splitlines()
    return [line.split("|")[2] for line in lines if line.startswith(f"{rule}|{state}|")]


def accounting() -> list[Job]:
    """All jobs of the rules, in the order in which they started."""
    columns = f"--format={','.join(Job._fields)}"
    lines = tell("sacct", "-X", "--duplicates", "--parsable2", "--noheader", columns).splitlines()
    jobs = [Job(*line.split("|")) for line in lines]
    return sorted((job for job in jobs if job.Comment), key=lambda job: job.Start)


def snakemake(checkout: Checkout, log: Path) -> subprocess.Popen[bytes]:
    """Start what a user types."""
    program = Path(sys.executable).with_name("snakemake")
    with log.open("wb") as file:
        return subprocess.Popen(
            [program, *COMMAND], cwd=checkout.folder, stdout=file, stderr=subprocess.STDOUT
        )


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a SLURM that runs."""
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if os.geteuid():
        pytest.skip("only root can start SLURM")
    folder = tmp_path_factory.mktemp("slurm")
    try:
        cluster(folder, "up")
        yield folder
    finally:
        cluster(folder, "down")


@pytest.fixture(scope="session")
def checkout(slurm: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout after a run in which everything happened."""
    checkout = Checkout.make(tmp_path_factory.mktemp("checkout"))
    checkout.edit(PROFILE, "# slurm_account: my_account", "slurm_account: lab")
    checkout.edit(PROFILE, "status-checks: 60", "status-checks: 2")
    log = tmp_path_factory.mktemp("log") / "snakemake.log"
    process = snakemake(checkout, log)

    def until(happens: Callable[[], object], seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while not happens():
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.2)

    try:
        cancel_drain_restart(checkout, slurm, until)
        preempt(checkout, until)
        process.wait(timeout=300)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log.read_text()
    return checkout


def cancel_drain_restart(checkout: Checkout, slurm: Path, until: Callable[..., None]) -> None:
    """Cancel a study; Snakemake submits it again to a node that takes none, its controller away."""
    until((checkout.folder / STUDY_LOG).is_file)
    (cancelled,) = numbers(f"{STUDY}_EH", "RUNNING")
    tell("scancel", cancelled)
    set_node("drain")
    cluster(slurm, "stop")
    time.sleep(2)
    cluster(slurm, "start")
    until(lambda: numbers(f"{STUDY}_EH", "PENDING"))
    set_node("resume")


def said(log: Path, words: str) -> bool:
    """Whether a log that SLURM or Snakemake may take away has these words."""
    try:
        return words in log.read_text()
    except FileNotFoundError:
        return False


def preempt(checkout: Checkout, until: Callable[..., None]) -> None:
    """Another user's urgent job sends a comparison that trains back to the queue."""
    log = checkout.folder / COMPARE_LOG
    until(lambda: said(log, "training epochs"))
    tell("sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=sleep 1")
    until(lambda: said(log, "asked to end") or not log.is_file())
    until(lambda: numbers(f"{COMPARE}_EH", "PENDING"))
    for rule in (STUDY, COMPARE):  # SLURM would wait two minutes
        for number in [*numbers(f"{rule}_N", "PENDING"), *numbers(f"{rule}_EH", "PENDING")]:
            tell("scontrol", "update", f"jobid={number}", "starttime=now")


def states(rule: str) -> list[str]:
    """What became of a rule's jobs."""
    return [job.State.split()[0] for job in accounting() if job.Comment == rule]


def test_a_cancelled_job_is_submitted_again_with_more_memory_and_time(checkout: Checkout) -> None:
    first, second = (job for job in accounting() if job.Comment == f"{STUDY}_EH")
    assert first.State.startswith("CANCELLED") and second.State == "COMPLETED"
    assert first.JobIDRaw != second.JobIDRaw
    assert [first.ReqMem, second.ReqMem] == ["12000M", "24000M"]
    assert [first.Timelimit, second.Timelimit] == ["08:00:00", "16:00:00"]


def test_a_preempted_job_goes_on_under_its_number_from_its_checkpoint(checkout: Checkout) -> None:
    first, second = (job for job in accounting() if job.Comment == f"{COMPARE}_EH")
    assert [first.State, second.State] == ["PREEMPTED", "COMPLETED"]
    assert first.JobIDRaw == second.JobIDRaw
    begun = re.findall(r"training epochs (\d+) to 100", checkout.read(COMPARE_LOG))
    assert any(int(epoch) > 1 for epoch in begun)


def test_nothing_runs_twice_at_once(checkout: Checkout) -> None:
    for rule in {job.Comment for job in accounting()}:
        for job, later in pairwise(job for job in accounting() if job.Comment == rule):
            assert job.End <= later.Start


def test_what_trains_has_a_gpu_and_what_is_cheap_is_no_job(checkout: Checkout) -> None:
    on_gpu = {job.Comment for job in accounting() if "gres/gpu=1" in job.AllocTRES}
    rules = {f"{rule}_{code}" for rule in (STUDY, COMPARE) for code in ("N", "EH")}
    assert on_gpu == rules
    assert {job.Comment for job in accounting()} == {DATA, *rules}


def test_the_curves_are_those_of_a_local_run(checkout: Checkout, tmp_path: Path) -> None:
    curves = [f"results/small/curves/Result_OSC_LSTM-{code}.csv" for code in ("N", "EH")]
    local = Checkout.make(tmp_path)
    local.snakemake(*curves, "--configfile", CONFIG)
    for curve in curves:
        assert checkout.read(curve) == local.read(curve)


def test_the_jobs_cores_and_memory_are_reported(checkout: Checkout) -> None:
    (report,) = (checkout.folder / "results" / "slurm").glob("efficiency_report_*.csv")
    assert f"{COMPARE}_EH" in report.read_text()


def test_a_second_run_finds_nothing_to_do(checkout: Checkout, tmp_path: Path) -> None:
    log = tmp_path / "snakemake.log"
    assert snakemake(checkout, log).wait(timeout=120) == 0
    assert "Nothing to be done" in log.read_text()


def test_a_stopped_slurm_starts_again(slurm: Path) -> None:
    before = len(accounting())
    cluster(slurm, "down")
    cluster(slurm, "up")
    assert tell("srun", "--gpus=1", "printenv", "CUDA_VISIBLE_DEVICES").strip() in "0123"
    assert len(accounting()) == before
