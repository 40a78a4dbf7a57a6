"""Checkpoints: two are kept, damage is noticed, and an interruption costs what it may."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochbudget.errors import UserError
from epochbudget.training.progress import Progress, read
from epochbudget.training.run import Run
from epochbudget.training.signals import EndRequest
from epochbudget.training.store import Store, load_checkpoint
from small_runs import make_data, run, runner


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_data(tmp_path_factory.mktemp("data"))


def interrupted(folder: Path, data: Path) -> Run:
    """A run that has stopped after four of its six epochs."""
    here, this = runner(folder, data, checkpoint_seconds=0.0), run(data, "N", budget=4)
    here.history(this)
    (here.store.place(this) / "run.json").unlink()
    return replace(this, budget=6)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Path, bytes]:
    """A checkpoint, and its bytes."""
    folder = tmp_path_factory.mktemp("checkpoint")
    path = Store(folder / "store").checkpoints(interrupted(folder, data))[0]
    load_checkpoint(path)
    return path, path.read_bytes()


def names(store: Store, of: Run) -> list[str]:
    return [path.stem.rpartition("-")[0] for path in store.checkpoints(of)]


def test_the_last_two_checkpoints_are_kept(tmp_path: Path, data: Path) -> None:
    this = interrupted(tmp_path, data)
    assert names(Store(tmp_path / "store"), this) == [
        "checkpoint-000004",
        "checkpoint-000003",
    ]


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
@pytest.mark.parametrize(("damaged", "goes_on_after"), [(0, 4), (1, 3), (2, 0)])
def test_a_damaged_checkpoint_is_passed_over(
    tmp_path: Path,
    data: Path,
    damaged: int,
    goes_on_after: int,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = runner(tmp_path / "whole", data).history(run(data, "N", budget=6))
    this = interrupted(tmp_path, data)
    for path in Store(tmp_path / "store").checkpoints(this)[:damaged]:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(
            {"flip": content, "truncate": content[: len(content) // 2], "empty": b""}[damage]
        )
    caplog.set_level("INFO", "epochbudget")
    history = runner(tmp_path, data).history(this)
    assert history.columns["val_loss"] == whole.columns["val_loss"]
    assert history.columns["train_loss"] == whole.columns["train_loss"]
    assert caplog.text.count("is damaged") == damaged
    assert f"training epochs {goes_on_after + 1} to 6" in caplog.text


@settings(max_examples=150)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(
    checkpoint: tuple[Path, bytes], share: float, bit: int
) -> None:
    """Wherever it is."""
    path, content = checkpoint
    changed = bytearray(content)
    changed[int(share * len(content))] ^= 1 << bit
    path.write_bytes(changed)
    with pytest.raises(UserError, match="its checksum is another"):
        load_checkpoint(path)


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path, data: Path) -> None:
    this = interrupted(tmp_path, data)
    left = tmp_path / "store" / this.key / ".tmp-abc.pt"
    left.write_bytes(b"half a checkpoint")
    runner(tmp_path, data).history(this)
    assert not left.exists()


def test_the_record_says_what_interruptions_cost(tmp_path: Path) -> None:
    first = Progress.begin(tmp_path, "it", 10, 0)
    first.note(tmp_path, 7, 0.5)
    assert read(tmp_path) == first
    second = Progress.begin(tmp_path, "it", 10, 4)  # its checkpoint was after epoch 4
    assert (second.resumed, second.trained_again, second.seconds) == (1, 3, 0.5)
    second.note(tmp_path, 9, 0.5)
    third = Progress.begin(tmp_path, "it", 10, 9)
    assert (third.resumed, third.trained_again) == (2, 3)


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_short_epoch_may_end_and_a_long_one_is_given_up(
    handlers: None, number: signal.Signals
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with EndRequest() as end:
        end.epoch_begins(5.0)
        os.kill(os.getpid(), number)
        assert end.asked == number
        end.epoch_ended()
        with pytest.raises(SystemExit, match=str(128 + number)):
            end.epoch_begins(5.0)
    for seconds in (100.0, None):  # None: the first epoch, of which nobody knows
        with EndRequest() as end:
            end.epoch_begins(seconds)
            with pytest.raises(SystemExit, match=str(128 + number)):
                os.kill(os.getpid(), number)
            end.epoch_ended()
            os.kill(os.getpid(), number)  # a checkpoint is being written: not now
            assert end.asked == number


def test_a_signal_that_is_ignored_stays_ignored(handlers: None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with EndRequest() as end:
        end.epoch_begins(None)
        os.kill(os.getpid(), signal.SIGTERM)
        assert not end.asked
