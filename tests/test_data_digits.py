"""The data sets' registry, and the digits."""

import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from epochbudget import registry
from epochbudget.data import digits
from epochbudget.data.generators.read import read_images
from epochbudget.errors import UserError


def test_the_registry_finds_every_data_set_without_heavy_imports():
    found = {n: (d.suffix, d.local) for n, d in registry.datasets().items()}
    assert found == {
        "oscillator": (".parquet", False),
        "integral": (".parquet", False),
        "digits": (".npz", False),
        "folder": (".npz", False),
        "tutorial": (".npz", False),
        "cifar10": (".npz", True),
        "cifar100": (".npz", True),
        "fmnist": (".npz", True),
    }
    code = (
        "import sys; from epochbudget import registry; sets = registry.datasets().values();"
        "[d.settings() for d in sets];"
        "print({'torch', 'numpy', 'pandas', 'pyarrow', 'numba', 'sklearn'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert ran.stdout.strip() == "set()"


# --- digits ---


@pytest.fixture(scope="module")
def digits_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    digits.write({}, path)
    return path


def test_digits_are_scikit_learns(digits_file):
    from sklearn.datasets import load_digits

    images = read_images(digits_file)
    assert images.train_images.shape == (1438, 3, 32, 32)
    assert images.test_images.shape == (359, 3, 32, 32)
    assert images.train_images.dtype == np.uint8
    assert images.train_labels.dtype == images.test_labels.dtype == np.int64
    assert images.classes == 10 and images.verified is True
    pixels = np.concatenate([images.train_images, images.test_images])
    labels = np.concatenate([images.train_labels, images.test_labels])
    assert (pixels == pixels[:, :1]).all()
    squares = pixels[:, 0].reshape(-1, 8, 4, 8, 4)
    assert (squares == squares[:, :, :1, :, :1]).all()
    small = np.rint(squares[:, :, 0, :, 0] / 255 * 16).astype(int).reshape(-1, 64)
    original, original_labels = load_digits(return_X_y=True)
    ours = sorted(zip(map(tuple, small.tolist()), labels.tolist(), strict=True))
    theirs = zip(map(tuple, original.astype(int).tolist()), original_labels.tolist(), strict=True)
    assert ours == sorted(theirs)  # so no image is in both halves, and none is lost


def test_digits_bytes_depend_on_settings_only(digits_file, tmp_path):
    digits.write({}, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == digits_file.read_bytes()
    digits.write({"seed": 1}, tmp_path / "other.npz")
    other, usual = read_images(tmp_path / "other.npz"), read_images(digits_file)
    assert (other.test_labels != usual.test_labels).any()
    with zipfile.ZipFile(digits_file) as members:
        assert {info.date_time for info in members.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_damaged_images_are_a_user_error(digits_file, tmp_path):
    path = tmp_path / "digits.npz"
    with pytest.raises(UserError, match=r"does not exist.*snakemake .*digits\.npz --force"):
        read_images(path)
    whole = digits_file.read_bytes()
    flipped = whole[:100_000] + bytes([whole[100_000] ^ 1]) + whole[100_001:]
    for damaged in (b"", b"PK", whole[: len(whole) // 2], whole[:-10], flipped):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"digits\.npz cannot be read"):
            read_images(path)
    np.savez(path, something=np.zeros(3))
    with pytest.raises(UserError, match=r"digits\.npz cannot be read"):
        read_images(path)
