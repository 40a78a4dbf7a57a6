"""Figures of LODE's latent ODE: what it predicts, and the paths of runs through its space."""

import json
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from epochbudget.figures import lode_latent, lode_prediction
from epochbudget.figures.drawing.earlier_runs import read_learnt
from epochbudget.figures.drawing.latent_paths import latent_paths, principal_plane, within_fences
from lode_samples import EPOCHS, LABELS, NAMES, POINTS, PRIORS, RATES, learnt
from test_figures_style import lightness

# Predictions ------------------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
def test_a_prediction_stands_on_its_run(tmp_path, label):
    paths = learnt(tmp_path, label)
    canvas = lode_prediction.draw({"run": "lode", "label": label, "methods": NAMES}, paths)
    dynamics, runs = read_learnt(paths)
    rows = [canvas.axes[:3], canvas.axes[3:]]
    assert [row[0].get_ylabel() for row in rows] == ["CosineAnnealingLR (C)", "Constant (N)"]
    score = "validation loss" if label == "OSC_LSTM" else "validation accuracy (%)"
    assert [a.get_title() for a in rows[0]] == ["training loss", "learning rate", score]
    scales = ["log", "log", "log"] if label == "OSC_LSTM" else ["linear", "log", "linear"]
    for row, path in zip(rows, paths[1:], strict=True):
        own = json.loads(path.read_text())["runs"][2]
        assert own["hyperparameters"]["lr"] == RATES[1]
        (observed,) = [run.observed for run in runs if run.code == path.stem[-1]][2:3]
        said = dynamics.decode(dynamics.encode(observed[:20])[None], EPOCHS * POINTS)[:, 0]
        for axes, name, channel, scale in zip(
            row, ("loss", "lr", ""), range(3), scales, strict=True
        ):
            run, predicted, end = axes.lines
            assert axes.get_yscale() == scale
            assert run.get_xdata()[[0, -1]].tolist() == [1 / POINTS, EPOCHS]
            assert list(end.get_xdata()) == [20 / POINTS] * 2
            if name:
                np.testing.assert_allclose(run.get_ydata(), own["observations"][name], rtol=1e-12)
            expected = said[:, channel].numpy()
            shown = predicted.get_ydata()
            if label == "OSC_LSTM" and channel == 2:
                assert run.get_ydata()[-1] == pytest.approx(own["val_loss"][-1])
                expected = -expected
            elif channel == 2:
                assert run.get_ydata()[-1] == pytest.approx(100 * own["accuracy"][-1])
                expected = 100 * expected
            np.testing.assert_allclose(np.log(shown) if scale == "log" else shown, expected)
    for one, other in zip(*rows, strict=True):
        assert one.get_ylim() == other.get_ylim()


# Latent paths -----------------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
def test_latent_paths_end_in_their_methods_marker(tmp_path, label):
    paths = learnt(tmp_path, label)
    canvas = lode_latent.draw({"run": "lode", "label": label, "methods": NAMES}, paths)
    axes, bar = canvas.axes
    dynamics, runs = read_learnt(paths)
    plane = principal_plane(latent_paths(dynamics, runs))
    (lines,) = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert len(lines.get_segments()) == len(PRIORS) * len(RATES) * 2
    for drawn, expected in zip(lines.get_segments(), plane.paths, strict=True):
        assert len(drawn) == EPOCHS * POINTS - 20 + 1
        np.testing.assert_allclose(drawn, expected)
    finals = [
        100 * run["accuracy"][-1] if run["accuracy"] else run["val_loss"][-1]
        for path in paths[1:]
        for run in json.loads(path.read_text())["runs"]
    ]
    np.testing.assert_allclose(lines.get_array(), finals)
    ends = axes.lines[1::2]
    assert [line.get_marker() for line in ends] == ["o"] * 6 + ["s"] * 6
    for line, path in zip(ends, plane.paths, strict=True):
        assert (line.get_xdata()[0], line.get_ydata()[0]) == tuple(path[-1])
    legend = [text.get_text() for text in canvas.legends[0].get_texts()]
    assert legend == ["CosineAnnealingLR (C)", "Constant (N)"]
    best_first = np.argsort(finals if label == "OSC_LSTM" else np.negative(finals))
    shades = [lightness(ends[place].get_color()) for place in best_first]
    assert all(darker <= lighter for darker, lighter in pairwise(shades))
    assert shades[0] < 0.2 < 0.6 < shades[-1] < 0.8
    assert "the darker the better" in bar.get_ylabel()


def test_a_window_of_the_paths_is_what_the_encoder_makes_of_it(tmp_path):
    dynamics, runs = read_learnt(learnt(tmp_path, "OSC_LSTM"))
    path = latent_paths(dynamics, runs)[3]
    np.testing.assert_allclose(path[5], dynamics.encode(runs[3].observed[5:25]), rtol=1e-12)


def test_paths_in_a_plane_keep_their_shape():
    rng = np.random.default_rng(1)
    directions = np.linalg.qr(rng.normal(size=(20, 2)))[0].T
    flat = [rng.normal(size=(length, 2)) * (3, 1) for length in (5, 9)]
    plane = principal_plane([path @ directions + 7 for path in flat])
    assert sum(plane.shares) == pytest.approx(1)
    assert plane.shares[0] > plane.shares[1]
    for path, seen in zip(flat, plane.paths, strict=True):
        steps = [np.linalg.norm(np.diff(points, axis=0), axis=1) for points in (path, seen)]
        np.testing.assert_allclose(*steps)


def test_a_failed_run_does_not_set_the_scale():
    assert within_fences(np.array([10.0, 90, 91, 92, 93, 94])).tolist() == [90, 94]
    assert within_fences(np.array([5.0, 5.0])).tolist() == [5, 5]
