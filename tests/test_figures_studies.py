"""Figures of studies: histories of trials, and what the searched hyperparameters matter."""

import math
from pathlib import Path

import numpy as np
import pytest

from epochbudget.errors import UserError
from epochbudget.figures import importance, study
from epochbudget.figures.drawing.fanova import importances
from epochbudget.figures.trials import RANDOM, Trial, read_trials
from epochbudget.studies import START_UP
from figure_samples import column, text_of


def trials_file(folder: Path, count: int) -> Path:
    """A study in which only lr matters, and whose second trial failed."""
    draws = np.random.default_rng(0).uniform(-4, -1, (count, 2))
    rows = ["trial,state,value,lr,infimum_lr,reason"]
    for number, (lr, infimum) in enumerate(draws):
        value = "" if number == 1 else repr(float(10 ** (-2 + abs(lr + 2))))
        state = "COMPLETE" if value else "FAIL"
        rows.append(f"{number},{state},{value},{10**lr!r},{10**infimum!r},")
    path = folder / "trials.csv"
    path.write_text("\n".join(rows).replace("np.float64(", "").replace(")", "") + "\n")
    return path


def study_options(count: int) -> dict:
    size = {"trials": count, "epochs": 12, "random": RANDOM}
    return {"run": "demo", "label": "OSC_LSTM", "codes": ["C"], **size}


def test_histories_show_trials_and_the_best_so_far(tmp_path):
    path = trials_file(tmp_path, 5)
    canvas = study.draw(study_options(5), [path])
    (axes,) = canvas.axes
    dots, best = axes.lines
    values = column(path, "value")
    assert list(dots.get_xdata()) == [0, 2, 3, 4]
    assert list(dots.get_ydata()) == values
    assert list(best.get_xdata()) == [0, 1, 2, 3, 4]
    assert list(best.get_ydata()) == [values[0], *np.minimum.accumulate(values)]
    assert axes.get_title() == "C, × 1 failed"
    texts = text_of(canvas)
    assert "validation loss at 12 epochs" in texts
    assert any("too few for a search" in text for text in texts)
    assert not any("too few" in text for text in text_of(study.draw(study_options(25), [path])))


def test_importances_tell_what_matters_and_are_always_the_same(tmp_path):
    trials = [t for t in read_trials(trials_file(tmp_path, 25)) if t.value is not None]
    found = importances(trials)
    assert found == importances(trials)
    assert math.isclose(sum(found.values()), 1.0)
    assert found["lr"] > 0.8
    assert importances([Trial(n, 1.0, {"lr": 0.1 * n}) for n in range(1, 12)]) == {}


@pytest.mark.parametrize(("count", "cells"), [(3, ["–", "–"]), (25, None)])
def test_importances_of_few_trials_are_dashes(tmp_path, count, cells):
    path = trials_file(tmp_path, count)
    canvas = importance.draw(study_options(count), [path])
    (axes,) = canvas.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["lr", "infimum_lr"]
    (row,) = [tick.get_text() for tick in axes.get_yticklabels()]
    assert row == f"C ({count - 1} trials{': too few' if cells else ''})"
    drawn = [text.get_text() for text in axes.texts]
    if cells is None:
        found = importances([t for t in read_trials(path) if t.value is not None])
        cells = [f"{found[name]:.2f}" for name in ("lr", "infimum_lr")]
    assert drawn == cells


def test_the_random_trials_are_those_of_the_study():
    assert RANDOM == START_UP


def test_a_table_that_is_none_is_explained(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("trial,value\nx,1\n")
    with pytest.raises(UserError, match="no table of trials"):
        read_trials(path)


# Which figures there are -------------------------------------------------------------------
