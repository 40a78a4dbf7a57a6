"""Fashion-MNIST: the idx format, damaged files, and the real data set where it is installed."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from epochbudget.config.load import load
from epochbudget.data import fashion_mnist
from epochbudget.data.generators.fashion_mnist import downloaded, read_folder
from epochbudget.data.generators.idx import read_idx
from epochbudget.data.generators.read import read_images
from epochbudget.errors import UserError
from epochbudget.torchvision_compat import load_torchvision

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    """An array of bytes in the idx format."""
    sizes = np.array(array.shape, ">u4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def write(folder: Path, suffix: str = "", count: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """The four files, train and test alike; their images and labels."""
    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (count, 28, 28)), random.integers(0, 10, count)
    folder.mkdir(exist_ok=True)
    for half in ("train", "t10k"):
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            content = gzip.compress(idx(array)) if suffix else idx(array)
            (folder / f"{half}-{name}-ubyte{suffix}").write_bytes(content)
    return images, labels


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files_become_coloured_images_with_a_black_border(tmp_path: Path, suffix: str) -> None:
    images, labels = write(tmp_path / "raw", suffix)
    fashion_mnist.write({"folder": str(tmp_path / "raw")}, tmp_path / "fmnist.npz")
    found = read_images(tmp_path / "fmnist.npz")
    assert found.train_images.shape == (5, 3, 32, 32)
    for channel in range(3):
        np.testing.assert_array_equal(found.test_images[:, channel, 2:30, 2:30], images)
    assert found.test_images.sum() == 3 * images.sum()
    assert found.train_labels.tolist() == labels.tolist()
    assert (found.classes, found.verified) == (10, False)


DAMAGE = {
    "truncated": (idx(np.zeros((5, 28, 28)))[:-7], "it holds 3,913 values where its head says 5 x"),
    "too long": (idx(np.zeros((5, 28, 28))) + b"\0", "3,921 values where"),
    "labels": (idx(np.zeros(5)), "it starts with 00000801, not with 00000803"),
    "other type": (b"\0\0\x0d\x03" + bytes(12), "it starts with 00000d03"),
    "text": (b"<html>", "it starts with 3c68746d"),
    "empty": (b"", "it starts with nothing"),
    "head": (b"\0\0\x08\x03\0\0", "it starts with"),
    "cut gzip": (gzip.compress(idx(np.zeros((5, 28, 28))))[:-9], "its compression is damaged"),
    "bad gzip": (b"\x1f\x8b\x08" + bytes(20), "cannot be read as an idx file"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_one_message(tmp_path: Path, kind: str) -> None:
    content, words = DAMAGE[kind]
    path = tmp_path / IMAGES
    path.write_bytes(content)
    with pytest.raises(UserError, match=IMAGES) as caught:
        read_idx(path, 3)
    assert words in str(caught.value)


def test_a_huge_head_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / IMAGES
    path.write_bytes(bytes([0, 0, 8, 3]) + b"\xff" * 12)
    with pytest.raises(UserError, match="it holds 0 values"):
        read_idx(path, 3)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    for labels in (np.zeros(4), np.full(5, 10), np.zeros(0)):
        (tmp_path / LABELS).write_bytes(idx(labels))
        with pytest.raises(UserError, match="t10k has images of 5 x 28 x 28"):
            read_folder(tmp_path)


def test_a_missing_file_is_named_with_a_hint(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / LABELS).unlink()
    with pytest.raises(UserError, match=rf"neither {LABELS} nor {LABELS}\.gz.*dataset-fashion"):
        read_folder(tmp_path)


def test_the_folders_files_are_inputs(tmp_path: Path) -> None:
    write(tmp_path)
    settings = load({"data": {"fmnist": {"folder": str(tmp_path)}}}).data.fmnist.model_dump()
    assert len(fashion_mnist.inputs(settings)) == 4
    assert fashion_mnist.inputs({"folder": ""}) == []
    with pytest.raises(UserError, match=r"data\.fmnist\.cache: found ''"):
        load({"data": {"fmnist": {"cache": ""}}})


def test_a_download_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the cache with another checksum is not taken; where nobody answers that is told."""
    source = load_torchvision().datasets.FashionMNIST
    monkeypatch.setattr(source, "mirrors", ["http://127.0.0.1:9/"])
    write(tmp_path / "raw", ".gz")
    (tmp_path / "FashionMNIST").mkdir()
    (tmp_path / "raw").rename(tmp_path / "FashionMNIST" / "raw")
    with pytest.raises(UserError, match=r"could not be downloaded.*MD5 8d4fb7e6c68d591d4c3dfef9e"):
        downloaded(tmp_path)


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_the_real_data_set() -> None:
    """Its published facts: sizes, ten classes of equal size, mean and spread of the pixels."""
    found = read_folder(DEBIAN)
    assert (len(found.train_labels), len(found.test_labels)) == (60_000, 10_000)
    assert np.bincount(found.train_labels).tolist() == [6000] * 10
    pixels = found.train_images[:, 0, 2:30, 2:30] / np.float32(255)
    assert pixels.mean() == pytest.approx(0.2860, abs=1e-4)
    assert pixels.std() == pytest.approx(0.3530, abs=1e-4)
