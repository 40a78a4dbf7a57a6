"""A throw-away checkout of this project in which tests run Snakemake for real."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT

PARTS = ("Snakefile", "workflow", "config", "envs", "profiles", "slurm", "tests/config")
JOB = re.compile(r"^(?:local)?rule (\w+):$")
WILDCARDS = re.compile(r"^    wildcards: (.*)$")
Jobs = set[tuple[str, ...]]


@dataclass(frozen=True)
class Checkout:
    """A copy of the workflow in its own folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Checkout":
        """Copy what the workflow needs into `folder`."""
        for part in PARTS:
            source, target = ROOT / part, folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_symlink():
                target.symlink_to(source.readlink())
            elif source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        return cls(folder)

    def copy(self, folder: Path) -> "Checkout":
        """A copy with all results, for a test that changes something."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Checkout(folder)

    def snakemake(self, *arguments: str, cores: int = 2, fails: bool = False) -> str:
        """Run Snakemake, without an activated environment; its output with standard error."""
        command = [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def plan(self, *arguments: str) -> Jobs:
        """What a dry run would do: (rule, wildcard values...) of each job."""
        jobs: list[list[str]] = []
        for line in self.snakemake("-n", *arguments).splitlines():
            if job := JOB.match(line):
                jobs.append([job[1]])
            elif wildcards := WILDCARDS.match(line):
                jobs[-1] += [pair.split("=", 1)[1] for pair in wildcards[1].split(", ")]
        return {tuple(job) for job in jobs if job[0] != "all"}

    def read(self, path: str) -> str:
        """The text of a file."""
        return (self.folder / path).read_text()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in a file."""
        text = self.read(path)
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new))
