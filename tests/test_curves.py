import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epochbudget.curves import CurveSet, export, read_exported
from epochbudget.errors import UserError
from epochbudget.raw_runs import read_all, read_runs

positive = st.floats(min_value=1e-300, max_value=1e6)
LABELS = ("OSC_LSTM", "OSC_LSTM_Adam", "CIFAR100_ViT", "DIGITS_CNN")


@st.composite
def curve_sets(draw):
    """Curves of one to three seeds at one to three budgets; some runs diverge early."""
    budgets = draw(st.sets(st.integers(1, 12), min_size=1, max_size=3))
    seeds = draw(st.sets(st.integers(0, 99), min_size=1, max_size=3))
    curves = {
        budget: {
            seed: np.array(draw(st.lists(positive, min_size=0, max_size=budget))) for seed in seeds
        }
        for budget in budgets
    }
    quantity = draw(st.sampled_from(["loss", "accuracy"]))
    return CurveSet.from_seeds(draw(st.sampled_from(LABELS)), "EH", quantity, curves)


def file_name(curves: CurveSet) -> str:
    ending = "_ACC" if curves.quantity == "accuracy" else ""
    return f"Result_{curves.label}{ending}-{curves.code}.csv"


@settings(max_examples=50, deadline=None)
@given(curves=curve_sets())
def test_export_then_read_gives_the_same_curves(tmp_path_factory, curves):
    path = tmp_path_factory.mktemp("curves") / file_name(curves)
    export(curves, path)
    back = read_exported(path)
    assert (back.label, back.code, back.quantity) == (curves.label, curves.code, curves.quantity)
    for statistic in ("mean", "low", "high"):
        ours, theirs = getattr(curves, statistic), getattr(back, statistic)
        assert list(ours) == list(theirs)
        for budget in ours:
            np.testing.assert_array_equal(ours[budget], theirs[budget])
    first = path.read_bytes()
    export(back, path)
    assert path.read_bytes() == first


def test_exported_text(tmp_path):
    seeds = {
        2: {1: np.array([0.5, 0.25]), 2: np.array([1.5, 0.75])},
        3: {1: np.array([0.1, 1e-7, 2.0]), 2: np.array([0.3])},
    }
    path = tmp_path / "Result_X_ACC-C.csv"
    export(CurveSet.from_seeds("X", "C", "accuracy", seeds), path)
    assert path.read_text().splitlines() == [
        "epoch,C2_val_loss,C2_val_loss_min,C2_val_loss_max,"
        "C3_val_loss,C3_val_loss_min,C3_val_loss_max",
        "1,1.0,0.5,1.5,0.2,0.1,0.3",
        "2,0.5,0.25,0.75,1e-07,1e-07,1e-07",
        "3,,,,2.0,2.0,2.0",
    ]


def test_published_files_survive_a_round_trip(published_curves, tmp_path):
    paths = sorted(published_curves.glob("*.csv"))
    assert len(paths) == 18
    for path in paths:
        curves = read_exported(path)
        assert {b: len(c) for b, c in curves.complete().items()} == {b: b for b in curves.mean}
        export(curves, tmp_path / path.name)
        again = read_exported(tmp_path / path.name)
        for budget in (50, 100, 150, 200):
            np.testing.assert_array_equal(again.high[budget], curves.high[budget])


@pytest.fixture
def exported(tmp_path):
    values = {b: {1: np.linspace(1.0, 0.1, b), 2: np.linspace(2.0, 0.3, b)} for b in (3, 11)}
    path = tmp_path / "Result_OSC_LSTM-P.csv"
    export(CurveSet.from_seeds("OSC_LSTM", "P", "loss", values), path)
    return path


def test_every_truncation_is_noticed(exported):
    text = exported.read_text()
    for length in range(len(text)):
        exported.write_text(text[:length])
        with pytest.raises(UserError, match=r"Result_OSC_LSTM-P\.csv"):
            read_exported(exported)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("P3_val_loss_min", "P4_val_loss_min"),
        ("P3_val_loss_min", "P3_loss_min"),
        ("P11_", "C11_"),
        ("\n3,", "\n4,"),
        ("1.5", "abc"),
        ("1.5", "nan"),
        ("\n2,", "\n2,,"),
        ("\n1,1.5,", "\n1,,"),
        (",,,,", ",7.0,7.0,7.0,"),
        ("epoch,", "Epoch,"),
    ],
)
def test_malformed_csv_names_the_file(exported, old, new):
    text = exported.read_text()
    assert old in text
    exported.write_text(text.replace(old, new, 1))
    with pytest.raises(UserError, match=r"Result_OSC_LSTM-P\.csv"):
        read_exported(exported)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(exported, data):
    """Whatever stands in the file, nothing but a UserError comes out."""
    text = exported.read_bytes()
    start, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 4))
    damage = data.draw(st.binary(max_size=6))
    try:
        exported.write_bytes(text[:start] + damage + text[start + length :])
        curves = read_exported(exported)
        assert all(np.isfinite(curve).all() for curve in curves.mean.values())
    except UserError as error:
        assert exported.name in str(error)
    finally:
        exported.write_bytes(text)


def test_a_file_without_model_and_method_in_its_name(tmp_path):
    with pytest.raises(UserError, match=r"curves\.csv.*Result_LABEL-CODE\.csv"):
        read_exported(tmp_path / "curves.csv")


def raw_rows(budget: int, seed: int, losses: list, status: str = "finished") -> list[dict]:
    return [
        {
            "budget": budget,
            "seed": seed,
            "epoch": epoch,
            "train_loss": 1.0,
            "val_loss": loss,
            "accuracy": None,
            "lr": 0.01,
            "seconds": 0.5,
            "status": status,
        }
        for epoch, loss in enumerate(losses, start=1)
    ]


def write_runs(folder, rows, name="Result_OSC_LSTM-EH.parquet", diverged=()):
    path = folder / name
    metadata = {"epochbudget": json.dumps({"diverged": diverged})}
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata(metadata), path)
    return path


def test_runs_with_a_diverged_seed(tmp_path):
    rows = [
        *raw_rows(3, 7, [4.0, 2.0, 1.0]),
        *raw_rows(3, 5, [8.0], "diverged"),
        *raw_rows(2, 7, [4.0, 3.0]),
        *raw_rows(2, 5, [6.0, 1.0]),
    ]
    curves = read_runs(write_runs(tmp_path, rows[::-1]), "loss")
    assert (curves.label, curves.code, curves.quantity) == ("OSC_LSTM", "EH", "loss")
    assert {b: c.tolist() for b, c in curves.mean.items()} == {2: [5.0, 2.0], 3: [6.0, 2.0, 1.0]}
    assert curves.low[3].tolist() == [4.0, 2.0, 1.0]
    assert curves.high[3].tolist() == [8.0, 2.0, 1.0]
    assert curves.diverged == {3: (5,)}
    assert list(curves.seeds[3]) == [5, 7]
    seeds = curves.complete_seeds()
    assert {seed: list(budgets) for seed, budgets in seeds.items()} == {5: [2], 7: [2, 3]}


def test_all_seeds_diverged(tmp_path):
    rows = [
        *raw_rows(3, 2, [9.0, float("nan")], "diverged"),
    ]
    path = write_runs(tmp_path, rows, diverged=[[3, 1], [3, 2], [2, 1]])
    curves = read_runs(path, "loss")
    assert curves.mean[3].tolist() == [9.0] and curves.mean[2].tolist() == []
    assert curves.diverged == {2: (1,), 3: (1, 2)}
    assert curves.complete() == {}
    export(curves, tmp_path / "Result_OSC_LSTM-EH.csv")
    assert read_exported(tmp_path / "Result_OSC_LSTM-EH.csv").mean[3].tolist() == [9.0]


@pytest.mark.parametrize(
    "rows",
    [
        raw_rows(3, 1, [1.0, 2.0]),
        raw_rows(2, 1, [1.0, float("inf")]),
        raw_rows(2, 1, [1.0, 2.0], "running"),
        raw_rows(2, 1, [1.0, 2.0], "diverged"),
        raw_rows(2, 1, [1.0, 2.0])[1:],
        raw_rows(2, 1, [1.0, 2.0]) + raw_rows(2, 1, [1.0, 2.0]),
        [{"budget": 1}],
        raw_rows(2, 1, [1.0, 2.0]) + raw_rows(2, None, [1.0, 2.0]),
        raw_rows(2, 1, ["low", "lower"]),
    ],
    ids=["short", "not finite", "status", "long", "gap", "twice", "columns", "null", "type"],
)
def test_runs_that_are_not_as_they_should_be(tmp_path, rows):
    with pytest.raises(UserError, match=r"Result_OSC_LSTM-EH\.parquet"):
        read_runs(write_runs(tmp_path, rows), "loss")


def test_metadata_that_is_no_list_of_runs(tmp_path):
    path = write_runs(tmp_path, raw_rows(2, 1, [1.0, 2.0]), diverged=[3])
    with pytest.raises(UserError, match=r"Result_OSC_LSTM-EH\.parquet.*metadata"):
        read_runs(path, "loss")


def test_all_quantities_of_all_runs(tmp_path):
    rows = raw_rows(2, 1, [1.0, 2.0])
    scored = [{**row, "accuracy": 0.5} for row in rows]
    paths = [
        write_runs(tmp_path, rows),
        write_runs(tmp_path, scored, "Result_CIFAR10_CNN_Adam-C.parquet"),
    ]
    found = [(curves.label, curves.code, curves.quantity) for curves in read_all(paths)]
    assert found == [
        ("OSC_LSTM", "EH", "loss"),
        ("CIFAR10_CNN_Adam", "C", "loss"),
        ("CIFAR10_CNN_Adam", "C", "accuracy"),
    ]


def test_truncated_runs(tmp_path):
    path = write_runs(tmp_path, raw_rows(2, 1, [1.0, 2.0]))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"Result_OSC_LSTM-EH\.parquet"):
        read_runs(path, "loss")


def test_no_runs_file(tmp_path):
    with pytest.raises(UserError, match=r"Result_X-C\.parquet"):
        read_runs(tmp_path / "Result_X-C.parquet", "loss")


def test_accuracy_of_a_regression(tmp_path):
    with pytest.raises(UserError, match="accuracy"):
        read_runs(write_runs(tmp_path, raw_rows(2, 1, [1.0, 2.0])), "accuracy")
