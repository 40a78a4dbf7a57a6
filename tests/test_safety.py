"""Attacks: hostile names, YAML, checkpoints, archives and pickles run and write nothing."""

import functools
import http.server
import io
import os
import pickle
import re
import shlex
import tarfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from conftest import ROOT
from epochbudget import registry
from epochbudget.config.read import read_yaml
from epochbudget.data.generators.cifar_layout import read_folder
from epochbudget.data.generators.download import downloaded
from epochbudget.data.generators.read import read_images
from epochbudget.errors import UserError
from epochbudget.published.tables import read_checksums
from epochbudget.torchvision_compat import load_torchvision
from epochbudget.training.store import History, load_checkpoint
from small_runs import run, runner
from task_samples import write_images
from workflow import Checkout


class Attack:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {shlex.quote(str(self.trace))}",)


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Path]:
    """Where an attack that succeeds leaves a file."""
    trace = tmp_path / "pwned"
    yield trace
    assert not trace.exists()


def test_the_attack_is_one(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Attack(tmp_path / "pwned")))
    assert (tmp_path / "pwned").exists()


# --- the shell ---

HOSTILE = "a b'\"$(touch pwned)`touch pwned`;touch pwned&|>pwned*?~#\\"
PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
PLAIN = {
    "threads",  # a number
    "params.quantity",  # loss or accuracy
    "params.kind",
    "wildcards.benchmark",
    "wildcards.dataset",
    "wildcards.metric",
    "wildcards.file",
}
"""What commands hold without quotes: numbers and names that the registries list."""


def test_commands_quote_everything_but_names_of_the_registries() -> None:
    found = set()
    for rules in (ROOT / "workflow" / "rules").glob("*.smk"):
        for command in re.findall(r'shell:\s*((?:"[^"]*"\s*)+)', rules.read_text()):
            found |= set(PLACEHOLDER.findall(command))
    assert len(found) > 20
    assert {name for name in found if not name.endswith(":q")} == PLAIN
    names = [*registry.benchmarks(), *registry.datasets(), *registry.metrics()]
    names += [*registry.figures(), *read_checksums(ROOT / "config/published/curves.sha256")]
    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*", name)] == []


def hostile_configuration(checkout: Checkout) -> str:
    """Allowed settings, with the shell's characters wherever they may stand."""
    settings = {
        "models": ["FOLDER_CNN", "CIFAR10_CNN"],
        "methods": ["N"],
        "methods_by_model": {},
        "mode": "compare",
        "published_curves": HOSTILE,
        "tracking": {"project": re.sub(r"[/\\#?%:]", "", HOSTILE)},
        "data": {"folder": {"path": HOSTILE}, "cifar10": {"cache": HOSTILE}},
    }
    (checkout.folder / "my.yaml").write_text(yaml.safe_dump(settings))
    return "my.yaml"


@pytest.mark.slow
def test_settings_reach_commands_as_they_are(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    configuration = hostile_configuration(checkout)
    folder = checkout.folder / HOSTILE
    folder.mkdir()
    rows = np.zeros((2, 3072), np.uint8)
    for name in ("data_batch_1", "test_batch"):
        (folder / name).write_bytes(pickle.dumps({"data": rows, "labels": [0, 1]}, 2))
    (folder / "Result_OSC_LSTM-N.csv").write_text("not the authors'\n")
    data = "results/demo/data/folder.npz"
    checkout.snakemake(data, "--configfile", configuration)
    assert read_images(checkout.folder / data).train_images.shape == (2, 3, 32, 32)
    output = checkout.snakemake("verify_published", "--configfile", configuration, fails=True)
    assert "Result_OSC_LSTM-N.csv" in output
    assert not list(checkout.folder.rglob("pwned"))


TARGETS = [
    "figures/demo/$(touch pwned).png",
    "figures/demo/oscillator.png;touch pwned",
    "results/$(touch pwned)/metrics/slcd.csv",
    "results/benchmark/`touch pwned`.csv",
    "results/demo/../../../outside.csv",
    "results/demo/curves/Result_OSC_LSTM-N$(touch pwned).csv",
    "results/cache/published_curves/../../x",
]


@pytest.mark.slow
def test_targets_that_no_rule_makes(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    for target in TARGETS:
        output = checkout.snakemake(target, fails=True)
        assert "MissingRuleException" in output
        assert "Traceback" not in output
    assert not list(tmp_path.rglob("pwned"))
    assert not (checkout.folder / "results").exists()


# --- files that are read ---


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {}']",
        "!!python/object/new:os.system ['touch {}']",
        "!!python/name:os.system ''",
        "!!python/object:subprocess.Popen {{args: 'touch {}'}}",
    ],
)
def test_yaml_makes_no_objects(tag: str, trace: Path) -> None:
    path = trace.with_name("my.yaml")
    path.write_text(f"run: {tag.format(trace)}")
    with pytest.raises(UserError, match=r"my\.yaml: cannot be read"):
        read_yaml(path)


def test_checkpoints_run_nothing(tmp_path: Path, trace: Path) -> None:
    data = tmp_path / "data"
    data.write_bytes(b"read for its digest only")
    attacked, store = run(data), runner(tmp_path, data).store
    history = History()
    store.save_checkpoint(attacked, history, {"epoch": 1})
    assert store.load_checkpoint(attacked) is not None
    for content in (Attack(trace), {"status": "finished", "history": {}, "state": Attack(trace)}):
        saved = io.BytesIO()
        torch.save(content, saved)
        for hostile in (saved.getvalue(), pickle.dumps(content, 2)):
            name = f"checkpoint-000002-{zlib.crc32(hostile):08x}.pt"
            path = store.place(attacked) / name
            path.write_bytes(hostile)
            with pytest.raises(UserError, match="this checkpoint is damaged"):
                load_checkpoint(path)
            assert store.load_checkpoint(attacked) is not None  # the one before it
            path.unlink()


def test_data_files_run_nothing(tmp_path: Path, trace: Path) -> None:
    path = write_images(tmp_path / "images.npz")
    with np.load(path) as stored:
        arrays = dict(stored)
    for name in arrays:
        np.savez(path, **(arrays | {name: np.array([Attack(trace)], object)}))
        with pytest.raises(UserError, match="cannot be read"):
            read_images(path)
    path.write_bytes(pickle.dumps(Attack(trace)))
    with pytest.raises(UserError, match="cannot be read"):
        read_images(path)


class Reduced:
    """A value that a pickle makes by calling `function`, then sets to `state`."""

    def __init__(self, function: Any, arguments: tuple[Any, ...], *state: Any) -> None:
        self.parts = (function, arguments, *state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


def array_of(kind: Any) -> Reduced:
    """An array that takes eight bytes of the file for one value of `kind`."""
    make = np.zeros(1).__reduce__()[0]
    return Reduced(make, (np.ndarray, (0,), b"b"), (1, (1,), kind, False, b"A" * 8))


FORGED = {
    "addresses": Reduced(np.ndarray, ((1,), "O", b"A" * 8)),
    "a type that hides its objects": array_of(
        Reduced(
            np.dtype,
            ("V8", False, True),
            (3, "|", None, ("a",), {"a": (np.dtype("O"), 0)}, 8, 1, 0),
        )
    ),
    "a type that says it is longer": array_of(
        Reduced(np.dtype, ("V8", False, True), (3, "|", None, None, None, 10**9, 1, 0))
    ),
    "objects": array_of(np.dtype("O")),
    "too few bytes": Reduced(
        np.zeros(1).__reduce__()[0],
        (np.ndarray, (0,), b"b"),
        (1, (10**6,), np.dtype("u1"), False, b"A" * 8),
    ),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("key", ["data", "labels"])
def test_pickles_of_images_forge_no_memory(tmp_path: Path, name: str, key: str) -> None:
    """Read by numpy itself, the first two end the process with a segmentation fault."""
    content = {"data": np.zeros((1, 3072), np.uint8), "labels": [0]} | {key: FORGED[name]}
    for file in ("data_batch_1", "test_batch"):
        (tmp_path / file).write_bytes(pickle.dumps(content, 2))
    with pytest.raises(UserError, match="data_batch_1 is damaged"):
        read_folder(tmp_path, 10)


# --- the archive of CIFAR ---


def hostile_archive(trace: Path) -> bytes:
    """Members that leave the folder by name, by link and as a pickle."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in ("../pwned", str(trace), "cifar-10-batches-py/data_batch_1"):
            member = tarfile.TarInfo(name)
            content = pickle.dumps(Attack(trace))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for kind, target in ((tarfile.SYMTYPE, ".."), (tarfile.FIFOTYPE, "")):
            member = tarfile.TarInfo("link" if target else "device")
            member.type, member.linkname = kind, target
            archive.addfile(member)
    return stream.getvalue()


def test_only_the_real_archive_is_unpacked(
    tmp_path: Path, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a hostile one that lies there nor one that a hostile server sends."""
    source = load_torchvision().datasets.CIFAR10
    server_folder = tmp_path / "server"
    server_folder.mkdir()
    (server_folder / source.filename).write_bytes(hostile_archive(trace))
    cache = tmp_path / "below" / "cache"
    (cache / source.base_folder).mkdir(parents=True)
    (cache / source.filename).write_bytes(hostile_archive(trace))
    for name in (*(name for name, _ in source.train_list), "test_batch", "batches.meta"):
        (cache / source.base_folder / name).write_bytes(pickle.dumps(Attack(trace)))
    handler = functools.partial(Silent, directory=str(server_folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{source.filename}"
        monkeypatch.setattr(source, "url", address)
        with pytest.raises(UserError, match="CIFAR10 could not be downloaded"):
            downloaded("CIFAR10", cache)
        server.shutdown()
    assert {path.name for path in cache.iterdir()} <= {source.filename, source.base_folder}
    assert [path.name for path in cache.parent.iterdir()] == ["cache"]


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: Any) -> None:
        pass
