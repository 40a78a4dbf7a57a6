"""The gallery and Snakemake's report, with real runs."""

import json
import re
import shlex
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from epochbudget.curves import CurveSet, export
from epochbudget.gallery.cards import published_gallery
from epochbudget.published.drawings import BUDGETS
from workflow import Checkout

PAGE = "figures/published/index.html"
TABLE = "results/demo/metrics/decay_rate.csv"
CURVES = ("--config", "published_curves=curves")
SLCD = "workflow/src/epochbudget/figures/slcd.py"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with a gallery of one curve file, the quickest to make."""
    checkout = Checkout.make(tmp_path_factory.mktemp("gallery") / "checkout")
    mean = {budget: np.linspace(1, 0.1, budget) for budget in BUDGETS}
    curves = CurveSet("OSC_LSTM", "N", "loss", mean, mean, mean)
    export(curves, checkout.folder / "curves" / "Result_OSC_LSTM-N.csv")
    checkout.snakemake(PAGE, TABLE, *CURVES)
    return checkout


@pytest.fixture
def checkout(finished: Checkout, tmp_path: Path) -> Checkout:
    """A copy of it to change."""
    return finished.copy(tmp_path / "checkout")


@pytest.mark.slow
def test_the_page_is_remade_with_its_figures_and_captions(checkout: Checkout) -> None:
    before = checkout.read(PAGE)
    checkout.edit(SLCD, "0 means that the curves", "zero means that the curves")
    checkout.edit(SLCD, "(0: epoch-insensitive)", "(0 is epoch-insensitive)")
    figure = ("published_figure", "slcd_OSC_LSTM")
    assert checkout.plan(PAGE, *CURVES) == {figure, ("published_gallery",)}
    checkout.snakemake(PAGE, *CURVES)
    after = checkout.read(PAGE)
    assert "zero means that the curves" in after
    pattern = r'id="figure-(\w+)-?\w*".*?src="([^"]+)'
    old, new = (dict(re.findall(pattern, html, re.S)) for html in (before, after))
    assert [name for name in old if old[name] != new[name]] == ["slcd_OSC_LSTM"]
    checkout.edit("workflow/report/gallery.css", "body {", "body  {")
    assert checkout.plan(PAGE, *CURVES) == {("published_gallery",)}


@pytest.mark.slow
def test_snakemake_takes_the_pages_commands(checkout: Checkout) -> None:
    commands = re.findall(r"<code>(.*?)</code>", checkout.read(PAGE))
    words = {word[3]: word for word in (shlex.split(unescape(text)) for text in commands)}
    path = "figures/published/slcd_OSC_LSTM.png"
    assert words[path][:3] == ["snakemake", "--cores", "2"]
    (checkout.folder / path).unlink()
    assert checkout.plan(*words[path][3:]) == {("published_figure", "slcd_OSC_LSTM")}


@pytest.mark.slow
def test_snakemakes_report_has_categories_labels_and_captions(finished: Checkout) -> None:
    try:
        finished.snakemake(PAGE, TABLE, *CURVES, "--report", "report.html")
    except AssertionError as error:
        if "Failed to download asset" in str(error):
            pytest.skip("this Snakemake was installed without the files of its report")
        raise
    html = finished.read("report.html")

    def value(name: str) -> Any:
        start = html.index(" = ", html.index(f'<script id="{name}">')) + len(" = ")
        return json.JSONDecoder().raw_decode(html, start)[0]

    categories, results = value("categories"), value("results")
    cards = published_gallery(["curves/Result_OSC_LSTM-N.csv"]).cards
    assert set(categories) == {card.figure.title for card in cards} | {"Gallery", "Metrics"}
    assert len(categories["Learning curves"]["OSC_LSTM"]) == 2
    labels = results["figures/published/learning_curve_OSC_LSTM-N.png"]["labels"]
    assert labels == {"model": "OSC_LSTM", "method": "N", "format": "bitmap (PNG)"}
    assert results[TABLE]["labels"] == {"table": "decay_rate"}
    captions = {path: unescape(result["caption"]) for path, result in results.items()}
    for card in cards:
        assert card.figure.caption in captions[card.png]
        assert card.figure.caption in captions[card.pdf]
    assert "How fast each schedule lowers the learning rate" in captions[TABLE]
    assert not [text for text in captions.values() if "system-message" in text]
    assert "demo" in value("workflow-desc")
