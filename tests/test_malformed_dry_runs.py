"""Malformed configurations given to Snakemake itself: one message, no traceback, nothing made."""

from pathlib import Path

import pytest

from workflow import Checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.make(tmp_path_factory.mktemp("malformed") / "checkout")


def files(folder: Path) -> set[str]:
    """What lies in a folder, without what Snakemake keeps for itself."""
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    return {str(p) for p in found if p.parts[0] != ".snakemake" and "__pycache__" not in p.parts}


QUICK = {
    "a name that is a command": ("run: $(touch pwned)", "run: found '$(touch pwned)', allowed"),
    "folder without the files": (
        "published_curves: envs",
        "published_curves: envs holds none of the authors' files",
    ),
}
SLOW = {
    "not a number": ("infimum_lr: .nan", "infimum_lr: found nan, allowed: a finite number"),
    "true for a number": ("budgets: [true]", "budgets: found [True], allowed: a number"),
    "a huge number": ("seeds: [99999999999999999999]", "seeds: found [9999"),
    "upside down": ("study: {lr: {low: 1, high: 0.1}}", "study.lr: found low 1, high 0.1"),
    "wrong order": ("budgets: [21, 12]", "budgets: found [21, 12]"),
    "twice": ("seeds: [1]\nseeds: [2]", "found the key 'seeds' twice"),
    "misspelt": ("tasks: {CNN: {chanels: 8}}", "did you mean channels?"),
    "unknown method": ("methods: [N, ZZ]", "methods: found 'ZZ', allowed are"),
    "unknown device": ("training: {device: gpu}", "training.device: found 'gpu'"),
    "null": ("study: null", "study: found None, allowed: a mapping"),
    "a file name too long": (f"published_curves: {'x' * 300}", "published_curves: found 'xxx"),
    "a wildcard": ('data: {folder: {path: "{x}"}}', "data.folder.path: found '{x}'"),
}


def refused(checkout: Checkout, text: str, *arguments: str) -> str:
    """Snakemake's output on a configuration, in which nothing may have happened."""
    (checkout.folder / "my.yaml").write_text(text + "\n")
    before = files(checkout.folder)
    output = checkout.snakemake("-n", "--configfile", "my.yaml", *arguments, fails=True)
    assert "Traceback" not in output
    assert output.count(". Hint: ") == 1
    assert files(checkout.folder) == before
    return output


@pytest.mark.parametrize("name", QUICK)
def test_one_message(checkout: Checkout, name: str) -> None:
    text, expected = QUICK[name]
    assert expected in refused(checkout, text)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_one_message_slow(checkout: Checkout, name: str) -> None:
    text, expected = SLOW[name]
    assert expected in refused(checkout, text)


@pytest.mark.slow
def test_a_damaged_protocol_of_the_paper(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    checkout.edit("config/paper.yaml", "trials: 25", "trials: many")
    assert "config/paper.yaml: study.trials: found 'many'" in refused(checkout, "run: demo")


@pytest.mark.slow
@pytest.mark.parametrize("text", ["run: [", "run: !!python/object/apply:os.system [touch pwned]"])
def test_what_is_no_plain_yaml_is_refused_by_snakemake(checkout: Checkout, text: str) -> None:
    (checkout.folder / "my.yaml").write_text(text)
    before = files(checkout.folder)
    output = checkout.snakemake("-n", "--configfile", "my.yaml", fails=True)
    assert "not valid JSON or YAML" in output
    assert "Traceback" not in output
    assert files(checkout.folder) == before
