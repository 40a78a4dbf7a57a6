"""Image sets: folders in CIFAR's layout, CIFAR itself (without a network)."""

import hashlib
import os
import pickle
import shutil
import sys
import tarfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochbudget import torchvision_compat
from epochbudget.data import cifar10, cifar_folder
from epochbudget.data.generators.cifar_layout import read_folder
from epochbudget.data.generators.download import downloaded
from epochbudget.data.generators.read import read_images
from epochbudget.errors import UserError
from epochbudget.torchvision_compat import load_torchvision

# --- folders ---


def batch(count, seed=0, classes=10):
    random = np.random.default_rng(seed)
    rows = random.integers(0, 256, (count, 3072), dtype=np.uint8)
    return rows, [int(label) for label in random.integers(0, classes, count)]


def write_python(folder, rows, labels, names=("data_batch_1", "test_batch"), protocol=2, key=None):
    content = {key or "labels": labels, "data": rows, "filenames": ["a"] * len(labels)}
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(pickle.dumps(content, protocol))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("key", ["labels", "fine_labels", b"labels"])
def test_python_layouts(tmp_path, protocol, key):
    rows, labels = batch(7, classes=100)
    names = ("train", "test") if key == "fine_labels" else ("data_batch_1", "test_batch")
    write_python(tmp_path, rows, labels, names, protocol, key)
    images = read_folder(tmp_path, 100)
    for part in (images.train_images, images.test_images):
        np.testing.assert_array_equal(part.reshape(7, 3072), rows)
    assert images.train_labels.tolist() == images.test_labels.tolist() == labels
    assert images.verified is False and images.classes == 100


def test_batches_are_read_in_order(tmp_path):
    (rows, labels), (more, more_labels) = batch(4, 1), batch(3, 2)
    write_python(tmp_path, more, more_labels, ("data_batch_2", "test_batch"))
    write_python(tmp_path, rows, labels, ("data_batch_1",))
    images = read_folder(tmp_path, 10)
    assert images.train_labels.tolist() == labels + more_labels
    np.testing.assert_array_equal(images.train_images[4:].reshape(3, 3072), more)


@pytest.mark.parametrize(
    "names", [("data_batch_1.bin", "test_batch.bin"), ("train.bin", "test.bin")]
)
def test_binary_layouts(tmp_path, names):
    rows, labels = batch(5)
    head = np.array(labels, np.uint8)[:, None]
    if names[0] == "train.bin":  # a coarse label before the fine one
        head = np.hstack([np.full_like(head, 99), head])
    for name in names:
        (tmp_path / name).write_bytes(np.hstack([head, rows]).tobytes())
    images = read_folder(tmp_path, 10)
    np.testing.assert_array_equal(images.train_images.reshape(5, 3072), rows)
    assert images.test_labels.tolist() == labels
    for name in names:
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1])
    with pytest.raises(UserError, match=f"{names[0]} is damaged"):
        read_folder(tmp_path, 10)


def test_the_real_sample(shared, tmp_path):
    shutil.unpack_archive(shared / "data" / "cifar-10-python-subset.tar.gz", tmp_path)
    folder = tmp_path / "cifar-10-batches-py"
    cifar_folder.write({"path": str(folder)}, tmp_path / "folder.npz")
    images = read_images(tmp_path / "folder.npz")
    assert images.train_images.shape == (5000, 3, 32, 32)
    assert images.test_images.shape == (1000, 3, 32, 32)
    assert images.verified is False
    second = pickle.loads((folder / "data_batch_2").read_bytes(), encoding="latin1")
    np.testing.assert_array_equal(
        images.train_images[1000:2000].reshape(1000, 3072), second["data"]
    )
    assert images.train_labels[1000:2000].tolist() == second["labels"]
    # CIFAR-10's published channel means, within 5 standard errors of 5,000 images' means
    means = images.train_images.mean(axis=(2, 3)) / 255
    error = means.std(axis=0) / np.sqrt(5000)
    assert (np.abs(means.mean(axis=0) - (0.4914, 0.4822, 0.4465)) < 5 * error).all()
    cifar_folder.write({"path": str(folder)}, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "folder.npz").read_bytes()


class Command:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("name", ["data_batch_1", "test_batch"])
def test_pickles_cannot_run_code(tmp_path, protocol, name):
    write_python(tmp_path, *batch(2))
    trace = tmp_path / "trace"
    for command in (
        Command(os.system, f"touch {trace}"),
        Command(eval, f"open({str(trace)!r}, 'w')"),
        Command(getattr, np.ndarray, "tofile"),
        Command(np.fromfile, str(tmp_path / "test_batch")),
    ):
        (tmp_path / name).write_bytes(pickle.dumps({"data": command, "labels": []}, protocol))
        with pytest.raises(UserError, match=f"{name} is damaged.*not allowed"):
            read_folder(tmp_path, 10)
    assert not trace.exists()


@given(cut=st.integers(0, 2 * 3072))
def test_a_truncated_pickle_is_a_user_error(tmp_path_factory, cut):
    folder = tmp_path_factory.getbasetemp() / "truncated"
    write_python(folder, *batch(2))
    whole = (folder / "data_batch_1").read_bytes()
    (folder / "data_batch_1").write_bytes(whole[:cut])
    with pytest.raises(UserError, match="data_batch_1 is damaged"):
        read_folder(folder, 10)


def test_contents_that_are_no_images_are_user_errors(tmp_path):
    rows, labels = batch(3)
    for data, of in (
        (rows.astype(np.int64), labels),
        (rows[:, :-1], labels),
        (rows, labels[:2]),
        (rows[:0], []),
        (rows, [[1], [2], [3]]),
        (np.array([None] * 3, object), labels),
    ):
        write_python(tmp_path, data, of)
        with pytest.raises(UserError, match="is damaged or no file of CIFAR's kind"):
            read_folder(tmp_path, 10)
    for content in ([1, 2], {"labels": labels}, {"data": rows}):
        (tmp_path / "test_batch").write_bytes(pickle.dumps(content))
        write_python(tmp_path, rows, labels, ("data_batch_1",))
        with pytest.raises(UserError, match="test_batch is damaged or no file of CIFAR's kind"):
            read_folder(tmp_path, 10)


def test_labels_out_of_range_and_empty_folders_are_user_errors(tmp_path):
    with pytest.raises(UserError, match="holds no files in a layout of CIFAR"):
        read_folder(tmp_path / "nowhere", 10)
    for labels in ([3, 10], [-1, 2]):
        write_python(tmp_path, batch(2)[0], labels)
        with pytest.raises(UserError, match=r"labels from .* classes is 10"):
            read_folder(tmp_path, 10)


# --- CIFAR itself ---


@pytest.fixture
def unreachable(monkeypatch):
    """torchvision's CIFAR-10 with an address where nobody listens."""
    source = load_torchvision().datasets.CIFAR10
    monkeypatch.setattr(source, "url", "http://127.0.0.1:9/cifar-10-python.tar.gz")
    return source


def test_without_a_network_the_error_says_what_to_do(unreachable, tmp_path):
    with pytest.raises(UserError, match=r"CIFAR10 could not.*put cifar-10-python\.tar\.gz .*MD5"):
        cifar10.write({"cache": str(tmp_path / "cache")}, tmp_path / "cifar10.npz")
    assert not (tmp_path / "cifar10.npz").exists()


def test_an_archive_with_a_wrong_checksum_is_not_used(unreachable, tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"not the archive")
    with pytest.raises(UserError, match="could not be downloaded"):
        downloaded("CIFAR10", tmp_path)


def test_an_archive_placed_by_hand_needs_no_network(unreachable, tmp_path, monkeypatch):
    files = {f"data_batch_{i}": batch(2, i) for i in range(1, 6)} | {"test_batch": batch(3)}
    folder = tmp_path / "cifar-10-batches-py"
    for name, (rows, labels) in files.items():
        write_python(folder, rows, labels, (name,))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": [*"abcdefghij"]}, 2))

    def md5(path):
        return hashlib.md5(path.read_bytes()).hexdigest()

    for half in ("train_list", "test_list"):
        known = [[name, md5(folder / name)] for name, _ in getattr(unreachable, half)]
        monkeypatch.setattr(unreachable, half, known)
    meta = unreachable.meta | {"md5": md5(folder / "batches.meta")}
    monkeypatch.setattr(unreachable, "meta", meta)
    cache = tmp_path / "cache"
    cache.mkdir()
    with tarfile.open(cache / "cifar-10-python.tar.gz", "w:gz") as archive:
        archive.add(folder, folder.name)
    monkeypatch.setattr(unreachable, "tgz_md5", md5(cache / "cifar-10-python.tar.gz"))

    cifar10.write({"cache": str(cache)}, tmp_path / "cifar10.npz")
    images = read_images(tmp_path / "cifar10.npz")
    assert images.verified is True and images.classes == 10
    expected = np.concatenate([files[f"data_batch_{i}"][1] for i in range(1, 6)])
    np.testing.assert_array_equal(images.train_labels, expected)
    np.testing.assert_array_equal(images.test_images.reshape(3, 3072), files["test_batch"][0])
    # once unpacked, a file that was changed is noticed
    with (cache / "cifar-10-batches-py" / "test_batch").open("ab") as stream:
        stream.write(b"x")
    (cache / "cifar-10-python.tar.gz").unlink()
    with pytest.raises(UserError, match="could not be downloaded"):
        downloaded("CIFAR10", cache)


# --- torchvision ---


def test_torchvision_works_beside_this_torch():
    torchvision = load_torchvision()
    assert load_torchvision() is torchvision is sys.modules["torchvision"]
    import torch
    from torchvision.models import resnet18
    from torchvision.transforms import v2

    assert resnet18(num_classes=4).eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 4)
    assert v2.functional.horizontal_flip(torch.arange(3)[None, None]).tolist() == [[[2, 1, 0]]]


def test_the_missing_operators_are_declared_and_the_import_repeated(monkeypatch):
    attempts = []

    def fail_once(name):
        attempts.append(name)
        if len(attempts) == 1:
            monkeypatch.setitem(sys.modules, "torchvision.half_imported", object())
            raise RuntimeError("operator torchvision::nms does not exist")
        return "torchvision"

    before = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "torchvision"}
    monkeypatch.setattr(torchvision_compat, "import_module", fail_once)
    try:
        assert load_torchvision() == "torchvision"
        assert "torchvision.half_imported" not in sys.modules
    finally:
        sys.modules.update(before)
    assert attempts == ["torchvision", "torchvision"]


def test_other_import_errors_are_not_hidden(monkeypatch):
    def fail(name):
        raise RuntimeError("something else")

    monkeypatch.setattr(torchvision_compat, "import_module", fail)
    with pytest.raises(RuntimeError, match="something else"):
        load_torchvision()
