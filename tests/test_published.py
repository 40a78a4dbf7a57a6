"""Every published number that follows from the authors' curves, recomputed by the metrics."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from epochbudget.curves import read_exported
from epochbudget.registry import metrics

PUBLISHED_MODELS = ("LSTM", "CNN")
PUBLISHED_DEFINITION = {"LSTM": {"", "log", "loss"}, "CNN": {"", "accuracy"}}
PRINTED = {
    "final_val_loss": ".5g",  # significant digits
    "slcd": ".3g",
    "final_accuracy": ".4f",
    "accuracy_gain_mean": ".4f",
    "accuracy_gain_std": ".4f",
    "percent_improvement_mean": ".2f",
    "percent_improvement_std": ".2f",
    "early_lr_area_difference_percent": ".2f",
} | {f"power_regression_{name}": ".4f" for name in ("A", "B", "R2", "adjR2", "p")}
KEY = ("scheduler", "quantity", "budget", "other_budget")


def published(path: Path, model: str) -> dict[tuple[str, ...], str]:
    with path.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["model"] == model]
    return {tuple(row[name] for name in KEY): row["value"] for row in rows}


def recomputed(rows: list[dict], definitions: set[str]) -> dict[tuple[str, ...], float]:
    """Values by key, of the mean curves; no key may occur twice."""
    wanted = [row for row in rows if row.get("definition", "") in definitions and "seed" not in row]
    values = {tuple(str(row.get(name, "")) for name in KEY): row["value"] for row in wanted}
    assert len(values) == len(wanted)
    return values


def disagreements(texts: dict[tuple[str, ...], str], values: dict[tuple[str, ...], float]) -> list:
    """Keys whose value, rounded to the digits that its table prints, is not the published one."""
    return [
        (key, text, values.get(key))
        for key, text in texts.items()
        if key not in values or float(format(values[key], PRINTED[key[1]])) != float(text)
    ]


@pytest.mark.parametrize("model", PUBLISHED_MODELS)
def test_all_90_numbers_of_a_model(model, published_curves, published_numbers):
    label = {"LSTM": "OSC_LSTM-", "CNN": "CIFAR10_CNN_ACC-"}[model]
    sets = [read_exported(path) for path in sorted(published_curves.glob(f"Result_{label}*.csv"))]
    rows = [row for m in metrics().values() if m.from_curves for row in m.compute(sets)]
    assert {row["model"] for row in rows} == {model}
    texts = published(published_numbers, model)
    kinds = Counter(quantity.split("_")[0] for _, quantity, *_ in texts)
    assert sum(kinds.values()) == 90 and kinds["slcd"] == kinds["final"] == 24
    assert disagreements(texts, recomputed(rows, PUBLISHED_DEFINITION[model])) == []


def test_all_16_schedule_areas(published_numbers):
    texts = published(published_numbers, "schedule")
    assert len(texts) == 16
    values = recomputed(metrics()["schedule_area"].compute([]), {""})
    assert disagreements(texts, values) == []


def test_the_newest_tool_gives_losses_meaningless_values(published_curves):
    """Smoothing raw losses makes some of them negative, so that a difference leaves 0..1."""
    sets = [read_exported(path) for path in published_curves.glob("Result_OSC_LSTM-*.csv")]
    values = {
        (row["scheduler"], row["budget"], row["other_budget"]): row["value"]
        for row in metrics()["slcd"].compute(sets)
        if (row["quantity"], row["definition"]) == ("slcd", "raw")
    }
    assert round(values["H", 50, 100], 3) == -0.041
    assert max(values, key=lambda key: values[key]) == ("P", 100, 150)
    assert values["P", 100, 150] > 1


def test_budget_free_methods_have_no_difference(published_curves):
    """N and E train alike at every budget, so their true difference is 0."""
    sets = [read_exported(published_curves / f"Result_OSC_LSTM-{code}.csv") for code in "NE"]
    for curves in sets:
        for budget, curve in curves.mean.items():
            assert (curve == curves.mean[200][:budget]).all()
