"""Figures of LODE: which there are, and what they show."""

import json
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.lines import Line2D

from epochbudget import registry
from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.figures import lode_schedule, lode_scores
from epochbudget.figures.drawing.style import method_style, save
from epochbudget.schedules.rates import learning_rates
from figure_samples import ENVIRONMENT, text_of
from lode_samples import CLASSIFIER, EPOCHS, LABELS, NAMES, PRIORS, learnt, rate, raw_runs
from test_figures_style import DRAW_AGAIN

KINDS = ("lode_scores", "lode_schedule", "lode_prediction", "lode_latent")
STEERED = {
    "models": list(LABELS),
    "methods": ["C", "LODE", "LODE-chance", "LODE-prior"],
    "methods_by_model": {},
    "lode": {"prior_methods": list(PRIORS)},
}
SEEDS = (89, 231, 928)
SCALE = {"run": "lode", "seeds": len(SEEDS), "budgets": [EPOCHS]}
REFRESHES = [[2, 5, 0.9], [4, 0, None], [6, 31, 0.95]]
FINALS = {
    "C": {89: 0.02, 231: 0.03, 928: 0.04},
    "LODE-prior": {89: 0.04, 231: 0.02, 928: 0.03},
    "LODE": {89: 0.01, 231: 0.02, 928: 0.06},
}


# Which there are --------------------------------------------------------------------------


def drawings(**changes):
    found = Experiment(load({**STEERED, **changes})).drawings.items()
    return {name: drawing for name, drawing in found if drawing.kind in KINDS}


def test_runs_without_lode_have_none_of_its_figures(experiment):
    assert not [d for d in experiment.drawings.values() if d.kind in KINDS]
    assert drawings(methods=["C", "N"]) == {}
    assert drawings(mode="optimize") == {}


def test_runs_with_lode_have_its_figures():
    found = drawings()
    assert set(found) == {"lode_scores", *(f"{kind}_{n}" for kind in KINDS[1:] for n in LABELS)}
    folder = "results/demo"
    for kind in ("lode_prediction", "lode_latent"):
        drawing = found[f"{kind}_OSC_LSTM"]
        names = ("LODE", "prior/C", "prior/N")
        assert drawing.inputs == tuple(f"{folder}/lode/OSC_LSTM/{name}.json" for name in names)
        assert (drawing.labels, drawing.codes) == (("OSC_LSTM",), ("N", "C", "LODE"))
    schedule = found["lode_schedule_OSC_LSTM"]
    assert [Path(path).stem.split("-", 1)[1] for path in schedule.inputs] == [
        *("LODE", "LODE-chance", "LODE-prior")
    ]
    assert schedule.options["inputs"] == ["advice", "chance", "nothing"]
    scores = found["lode_scores"]
    order = ("C", "LODE-prior", "LODE", "LODE-chance")
    assert scores.inputs == tuple(
        f"{folder}/curves/Result_{label}-{code}.parquet" for label in LABELS for code in order
    )
    assert scores.options["quantities"] == ["loss"] * 4 + ["accuracy"] * 4
    assert scores.labels == ("OSC_LSTM", f"{CLASSIFIER}_ACC")
    assert scores.options["budgets"] == [21]


def test_a_control_alone_has_scores_alone():
    assert set(drawings(methods=["C", "LODE-chance"])) == {"lode_scores"}


def test_without_runs_of_the_schedule_it_is_computed():
    schedule = drawings(methods=["C", "LODE"])["lode_schedule_OSC_LSTM"]
    assert schedule.options["inputs"] == ["advice", "base"]
    assert schedule.inputs[1] == "results/demo/lode/OSC_LSTM/LODE.json"


# Schedules --------------------------------------------------------------------------------


def schedule_files(folder):
    noted = {seed: {"refreshes": REFRESHES[: 2 if seed == 928 else 3]} for seed in SEEDS}
    lode = raw_runs(folder, "OSC_LSTM", "LODE", FINALS["LODE"], noted, lengths={928: 5})
    others = [raw_runs(folder, "OSC_LSTM", c, FINALS["C"]) for c in ("LODE-chance", "LODE-prior")]
    return [lode, *others]


def schedule_options(*inputs):
    return {**SCALE, "label": "OSC_LSTM", "inputs": list(inputs)}


def test_refreshes_are_marked_on_the_rates(tmp_path):
    files = schedule_files(tmp_path)
    canvas = lode_schedule.draw(schedule_options("advice", "chance", "nothing"), files)
    titles = ["seed 89", "seed 231", "seed 928, diverged after epoch 5"]
    assert [axes.get_title() for axes in canvas.axes] == titles
    for axes, seed in zip(canvas.axes, SEEDS, strict=True):
        last = 5 if seed == 928 else EPOCHS
        chance, begin, steered, changed, kept = axes.lines
        assert steered.get_ydata().tolist() == [rate("LODE", seed, e + 1) for e in range(last)]
        assert list(steered.get_xdata()) == list(range(1, last + 1))
        assert chance.get_ydata().tolist() == [rate("LODE-chance", seed, e + 1) for e in range(8)]
        np.testing.assert_allclose(
            begin.get_ydata(), [rate("LODE-prior", seed, e + 1) for e in range(EPOCHS)]
        )
        assert list(changed.get_xdata()) == ([2] if seed == 928 else [2, 6])
        assert list(kept.get_xdata()) == [4]
        assert kept.get_ydata() == [rate("LODE", seed, 4)]
        assert kept.get_markerfacecolor() == "white" != changed.get_markerfacecolor()
        assert chance.get_linewidth() < steered.get_linewidth()
    assert "the same, changed\nby chance" in text_of(canvas)


def test_the_first_schedule_is_computed_where_it_was_not_run(tmp_path):
    files = [schedule_files(tmp_path)[0], learnt(tmp_path, "OSC_LSTM")[0]]
    canvas = lode_schedule.draw(schedule_options("advice", "base"), files)
    begin, steered, _, _ = canvas.axes[0].lines
    cosine = registry.methods()["C"]
    given = {"lr": 0.02, "infimum_lr": 1e-6}
    assert list(begin.get_ydata()) == learning_rates(cosine, given, EPOCHS, 1)
    assert begin.get_linestyle() != steered.get_linestyle() == "-"
    assert "the same, changed\nby chance" not in text_of(canvas)


# Scores -----------------------------------------------------------------------------------


def scores_files(folder, measured=LABELS):
    noted = {
        "LODE": {89: {"flatness": 3.0}, 231: {"flatness": -4.0}, 928: {"flatness": None}},
        "LODE-prior": {89: {"flatness": 5.0}, 231: {"flatness": 7.0}, 928: {"flatness": 8.0}},
    }
    lengths = {"LODE": {928: 5}}
    return [
        raw_runs(
            folder, n, code, own, noted.get(code) if n in measured else None, lengths.get(code)
        )
        for n in LABELS
        for code, own in FINALS.items()
    ]


SCORES = {**SCALE, "quantities": ["loss"] * 3 + ["accuracy"] * 3}


def points(axes) -> list[Line2D]:
    return [line for line in axes.lines if line.get_marker() == "o"]


def test_every_seed_has_a_point_and_pairs_a_line(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path))
    losses, accuracies = canvas.axes[:2]
    assert [a.get_title() for a in canvas.axes[:2]] == list(LABELS)
    assert [a.get_yscale() for a in canvas.axes] == ["log", "linear", "log", "log"]
    assert losses.get_ylabel() == "final validation loss"
    assert accuracies.get_ylabel() == "final validation accuracy (%)"
    ended = [value for code, own in FINALS.items() for s, value in own.items()]
    ended.remove(FINALS["LODE"][928])
    heights = [line.get_ydata()[0] for line in points(losses)]
    assert heights == pytest.approx(ended)
    shown = [line.get_ydata()[0] for line in points(accuracies)]
    assert shown == pytest.approx([100 * (1 - value) for value in ended])
    places = [line.get_xdata()[0] for line in points(losses)]
    assert places == sorted(places)
    assert [round(place) for place in places] == [0, 0, 0, 1, 1, 1, 2, 2]
    colors = [line.get_markerfacecolor() for line in points(losses)]
    assert colors[2::3] == [method_style(code)["color"] for code in ("C", "LODE-prior")]
    joined = [line for line in losses.lines if line.get_marker() == "None"]
    assert {tuple(line.get_ydata()) for line in joined} == {(0.04, 0.01), (0.02, 0.02)}
    assert [round(x) for x in joined[0].get_xdata()] == [1, 2]
    crosses = [text for text in losses.texts if text.get_text() == "×"]
    assert [cross.get_position()[0] for cross in crosses] == [pytest.approx(2.22)]


def test_wins_of_lode_stand_above_the_others(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path))
    for axes in canvas.axes[:2]:
        wins = {text.get_text(): text.get_position()[0] for text in axes.texts}
        assert {"LODE better in", "2/2", "1/2"} <= wins.keys()
        assert (wins["2/2"], wins["1/2"]) == (0, 1)


def test_lines_are_the_means(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path))
    means = [c.get_segments()[0][0][1] for c in canvas.axes[0].collections]
    assert means == pytest.approx([0.03, 0.03, 0.015])


def test_negative_eigenvalues_are_hollow(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path))
    below = canvas.axes[2]
    drawn = {line.get_ydata()[0]: line.get_markerfacecolor() for line in points(below)}
    assert list(drawn) == [5, 7, 8, 3, 4]
    assert [height for height, fill in drawn.items() if fill == "white"] == [4]
    labels = [tick.get_text() for tick in below.get_xticklabels()]
    assert labels == ["C", "LODE-prior", "LODE"]


def test_without_eigenvalues_there_is_one_row(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path, measured=()))
    assert len(canvas.axes) == 2
    assert all(axes.xaxis.get_tick_params()["labelbottom"] for axes in canvas.axes)


def test_a_model_without_eigenvalues_says_so(tmp_path):
    canvas = lode_scores.draw(SCORES, scores_files(tmp_path, measured=LABELS[:1]))
    below = canvas.axes[3]
    assert [text.get_text() for text in below.texts] == ["no eigenvalues measured"]
    named = [axes.xaxis.get_tick_params()["labelbottom"] for axes in canvas.axes[:3]]
    assert named == [False, True, True]


# Bytes ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_picture_has_the_same_bytes(tmp_path):
    about = {"run": "lode", "label": "OSC_LSTM", "methods": NAMES}
    pictures = [
        *(
            (kind, about, learnt(tmp_path, "OSC_LSTM"))
            for kind in ("lode_prediction", "lode_latent")
        ),
        (
            "lode_schedule",
            schedule_options("advice", "chance", "nothing"),
            schedule_files(tmp_path),
        ),
        ("lode_scores", SCORES, scores_files(tmp_path)),
    ]
    first, again = tmp_path / "first", tmp_path / "again"
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.size": 30.0}):
        for kind, options, sources in pictures:
            canvas = registry.figures()[kind].draw(options, sources)
            save(canvas, first / f"{kind}.png", first / f"{kind}.pdf")
    subprocess.run(
        [sys.executable, "-c", DRAW_AGAIN, json.dumps(pictures, default=str)],
        check=True,
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONHASHSEED": "7", "MPLBACKEND": "svg"},
    )
    for name in (f"{kind}.{form}" for kind in KINDS for form in ("png", "pdf")):
        assert (first / name).read_bytes() == (again / name).read_bytes(), name
