"""README, CONTRIBUTING, docs/: their commands and their Python run, the files they name exist."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch
import yaml

from conftest import ROOT
from epochbudget import __version__
from workflow import Checkout

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?:`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
"""(file that the line before names, language, content)"""
BLOCKS = [block for page in PAGES for block in BLOCK.findall(page.read_text())]
FILES = {name: content for name, kind, content in BLOCKS if name and kind in ("python", "yaml")}
LINES = [
    line.split("  #")[0].strip()
    for _, language, content in BLOCKS
    if language == "sh"
    for line in content.splitlines()
]
EXCERPT = re.compile(r"([^\n]*)\n```\n\n```text\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
"""(last command of a block, what the block below it shows of its output)"""
EXCERPTS = {command: text for page in PAGES for command, text in EXCERPT.findall(page.read_text())}
COMMANDS = list(dict.fromkeys(line for line in LINES if not line.startswith("make ")))
INLINE = [target for page in PAGES for target in re.findall(r"`(make [a-z]+)`", page.read_text())]
TARGETS = sorted({*INLINE, *(line for line in LINES if line.startswith("make "))})
MADE = ("results/", "figures/", ".venv", "docs/_build/", *FILES)
"""What is there only after a command."""


def test_the_documents_have_commands() -> None:
    assert len(COMMANDS) >= 20
    assert {"snakemake", "epochbudget"} == {command.split()[0] for command in COMMANDS}
    assert {"make run", "make test"} <= set(TARGETS)
    assert len(EXCERPTS) >= 5
    assert set(EXCERPTS) <= set(COMMANDS)


def test_languages_of_blocks_are_known() -> None:
    """Output is `text`, so that whatever is `sh` is run."""
    languages = {language for _, language, _ in BLOCKS}
    assert languages <= {"sh", "python", "yaml", "text"}
    assert sorted(Path(name).suffix for name in FILES) == [".py", ".py", ".yaml", ".yaml", ".yaml"]


@pytest.mark.parametrize("command", [target for target in TARGETS if target != "make format"])
def test_make_is_run_by_ci(command: str) -> None:
    """All but `make format`, which changes files."""
    assert re.search(rf"^{command}( |$)", (ROOT / ".ci/run").read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """This checkout with its results and the files of the documents."""
    checkout = Checkout.make(tmp_path_factory.mktemp("documents"))
    for made in ("results", "figures", ".snakemake/metadata"):
        if (ROOT / made).is_dir():
            subprocess.run(["cp", "-a", "--parents", made, checkout.folder], cwd=ROOT, check=True)
    for name, content in FILES.items():
        (checkout.folder / name).write_text(content)
    return checkout


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, checkout: Checkout) -> None:
    """In order, as a user would after `make run`; they print what the documents show."""
    if "--profile slurm" in command:
        command += " -n"  # where no SLURM is, at least the profile and the plan
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(checkout.folder / "workflow" / "src"),
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=checkout.folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout
    shown = [line for line in EXCERPTS.get(command, "").splitlines() if line != "..."]
    assert [line for line in shown if line not in done.stdout.splitlines()] == []


def test_the_scheduler_of_the_readme_runs() -> None:
    (example,) = (text for name, kind, text in BLOCKS if kind == "python" and not name)
    names = {"optimizer": torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=0.01)}
    exec(example, names)
    assert names["scheduler"].get_last_lr() == [0.01]


def test_the_method_of_the_documents_is_one() -> None:
    (example,) = (content for name, content in FILES.items() if "/methods/" in name)
    names: dict[str, object] = {}
    exec(example, names)
    method = names["METHOD"]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler = method.scheduler(optimizer, {}, 10, 1)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == [0.25]


def named_files(text: str) -> set[str]:
    """What stands in backticks and has the form of a path from the project's folder."""
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    path = r"\.?\w[\w.-]*(/[\w.-]+)+/?|\w+\.(md|toml)"
    return {span for span in spans if re.fullmatch(path, span)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page: Path) -> None:
    """In the project's folder, in the package, or in docs/; what commands make is left aside."""
    roots = (ROOT, ROOT / "workflow/src/epochbudget", ROOT / "docs")
    names = [name for name in named_files(page.read_text()) if not name.startswith(MADE)]
    assert [n for n in names if not any((root / n).exists() for root in roots)] == []


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == __version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert citation["license"] == project["project"]["license"]
    assert project["tool"]["setuptools"]["dynamic"]["version"]["attr"] == "epochbudget.__version__"
    (paper,) = citation["references"]
    assert paper["identifiers"][0]["value"] == "arXiv:2407.15200"
    for text in ("CHANGELOG.md", "docs/release_notes.md"):
        assert f"## {__version__}" in (ROOT / text).read_text()
