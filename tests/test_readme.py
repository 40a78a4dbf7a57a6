"""Every command of the README is run. The `make` commands are steps of .ci/run itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from conftest import ROOT

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


COMMANDS = [
    line.split("  #")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if not line.startswith("make ")
]


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 6
    assert {"snakemake", "epochbudget"} <= {command.split()[0] for command in COMMANDS}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str) -> None:
    """In this checkout, in order, as a user would after `make run`."""
    if "--profile slurm" in command:
        command += " -n"  # where no SLURM is, at least the profile and the plan
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([folder, os.environ["PATH"]])}
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=environment, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr


def test_the_python_example_runs() -> None:
    (example,) = blocks("python")
    names = {"optimizer": torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=0.01)}
    exec(example, names)
    assert names["scheduler"].get_last_lr() == [0.01]
