"""Figures: colours, axes, and that the same picture has the same bytes."""

import json
import subprocess
import sys
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas

from epochbudget import registry
from epochbudget.config.models import PAPERS_METHODS
from epochbudget.figures import learning_curve
from epochbudget.figures.drawing.style import (
    house_style,
    log_axis,
    method_style,
    ordered_styles,
    save,
)
from figure_samples import COMPARISON, CURVE, ENVIRONMENT, curves_file, finals_files


def test_every_method_has_a_look_of_its_own():
    styles = [method_style(code) for code in registry.methods()]
    papers = [method_style(code)["marker"] for code in PAPERS_METHODS]
    assert len(set(papers)) == len(papers)
    assert len({(style["color"], str(style["linestyle"])) for style in styles}) == len(styles)
    assert method_style("a new one") == method_style("a new one")


def lightness(color: str) -> float:
    return float(np.dot(to_rgb(color), (0.299, 0.587, 0.114)))


@settings(deadline=None)
@given(st.sets(st.integers(1, 10_000), min_size=1, max_size=6))
def test_budgets_darken_in_order_also_in_grey(budgets):
    styles = ordered_styles(list(budgets))
    assert list(styles) == sorted(budgets)
    greys = [lightness(style["color"]) for style in styles.values()]
    assert all(lighter - darker > 0.05 for lighter, darker in pairwise(greys))
    assert max(greys) < 0.75  # still to be seen on white
    assert len({str(style["linestyle"]) for style in styles.values()}) == len(budgets)


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-9, 10.0), st.floats(1.02, 1e8))
def test_a_logarithmic_axis_always_has_labels(low, ratio):
    with house_style():
        axes = Canvas().subplots()
        axes.plot([0, 1], [low, low * ratio])
        log_axis(axes)
        bottom, top = axes.get_ylim()
        labels = [
            label.get_text()
            for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
            if bottom <= place <= top and label.get_text()
        ]
    assert 3 <= len(labels) <= 14
    assert len(set(labels)) == len(labels)


DRAW_AGAIN = """
import json, sys
from pathlib import Path
from epochbudget import registry
from epochbudget.figures.drawing.style import save
for kind, options, sources in json.loads(sys.argv[1]):
    canvas = registry.figures()[kind].draw(options, [Path(source) for source in sources])
    save(canvas, f"again/{kind}.png", f"again/{kind}.pdf")
"""


@pytest.mark.slow
def test_the_same_picture_has_the_same_bytes(tmp_path):
    pictures = [
        ("learning_curve", CURVE, [curves_file(tmp_path)]),
        *((k, COMPARISON, finals_files(tmp_path)) for k in ("comparison", "methods", "overview")),
        ("hyperbola", {"run": "demo", "budget": 50, "epochs": [50, 90], "upper_bound": 90}, []),
    ]
    first, again = tmp_path / "first", tmp_path / "again"
    # Neither the reader's own matplotlibrc nor the seed of Python's hashes has an influence.
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.size": 30.0, "savefig.dpi": 20}):
        for kind, options, sources in pictures:
            canvas = registry.figures()[kind].draw(options, sources)
            save(canvas, first / f"{kind}.png", first / f"{kind}.pdf")
        assert matplotlib.rcParams["lines.linewidth"] == 9.0
    subprocess.run(
        [sys.executable, "-c", DRAW_AGAIN, json.dumps(pictures, default=str)],
        check=True,
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONHASHSEED": "7", "MPLBACKEND": "svg"},
    )
    names = sorted(f"{kind}.{form}" for kind, _, _ in pictures for form in ("png", "pdf"))
    written = [path.name for path in first.iterdir() if path.suffix != ".seal"]
    assert sorted(written) == names  # and no temporary file
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name


def test_files_are_sharp_and_undated(tmp_path):
    canvas = learning_curve.draw(CURVE, [curves_file(tmp_path)])
    png, pdf = tmp_path / "a.png", tmp_path / "a.pdf"
    save(canvas, png, pdf)
    image = png.read_bytes()
    place = image.index(b"pHYs") + 4
    per_metre = int.from_bytes(image[place : place + 4], "big")
    assert per_metre * 0.0254 >= 299.9
    assert b"Software" not in image
    assert pdf.read_bytes().startswith(b"%PDF")
    assert b"Date" not in pdf.read_bytes()


def test_files_are_those_of_plain_savefig(tmp_path):
    """Without the draws that only look for the layout once more."""
    canvas, plain = (learning_curve.draw(CURVE, [curves_file(tmp_path)]) for _ in range(2))
    save(canvas, tmp_path / "a.png", tmp_path / "a.pdf")
    with house_style():
        plain.draw_without_rendering()
        plain.set_layout_engine("none")
        plain.savefig(tmp_path / "b.png", metadata={"Software": None})
        undated = {"CreationDate": None, "Creator": None, "Producer": None}
        plain.savefig(tmp_path / "b.pdf", metadata=undated)
    for form in ("png", "pdf"):
        ours, theirs = ((tmp_path / f"{name}.{form}").read_bytes() for name in "ab")
        assert ours == theirs
