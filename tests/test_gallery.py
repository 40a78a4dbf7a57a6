"""The gallery: one page of all figures of a run."""

import os.path
import re
import shlex
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from PIL import Image

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.figures.base import Drawing
from epochbudget.gallery.cards import Card, Gallery, gallery_of, published_gallery
from epochbudget.gallery.page import render
from epochbudget.gallery.thumbnails import thumbnail
from gallery_samples import COMMAND, TEMPLATES, paint
from html_page import Page

# What is said of figures ------------------------------------------------------------------


def test_every_kind_of_figures_has_a_title_and_a_caption() -> None:
    kinds = registry.figures().values()
    assert len({figure.title for figure in kinds}) == len(kinds)
    for figure in kinds:
        assert re.fullmatch(r"[A-Z].*\w\)?", figure.title)
        assert 1 <= len(re.findall(r"[.] |[.]$", figure.caption)) <= 4
        assert figure.caption.endswith(".")
    assert next(iter(kinds)).kind == "overview"
    for kind in ("overview", "slcd"):
        assert "constant rate N" in registry.figures()[kind].caption


def test_a_card_tells_what_its_drawing_shows(experiment: Experiment) -> None:
    cards = {card.name: card for card in gallery_of(experiment).cards}
    curve = cards["learning_curve_DIGITS_CNN_ACC-EH"]
    assert curve.title == "Learning curves: DIGITS_CNN accuracy, ExpHyperbolicLR (EH)"
    assert (curve.models, curve.drawing.codes) == (("DIGITS_CNN",), ("EH",))
    assert curve.labels == {"model": "DIGITS_CNN accuracy", "method": "EH"}
    assert cards["overview"].models == ("OSC_LSTM", "Integral_MLP", "Integral_TF", "DIGITS_CNN")
    assert cards["overview"].labels == {"model": "several", "method": "several"}
    assert cards["overview"].title == "Overview"
    assert cards["two_budgets_OSC_LSTM"].drawing.codes == ("C", "EH")
    assert cards["study_Integral_TF"].drawing.codes == ("N", "P", "C", "E", "H", "EH")
    assert cards["hyperbola"].labels == {"model": "none", "method": "H and EH"}
    assert cards["oscillator"].models == ("OSC_LSTM",)
    titles = [card.title for card in cards.values()]
    assert len(set(titles)) == len(titles)


def test_a_drawing_says_which_curves_it_shows(experiment: Experiment) -> None:
    for drawing in experiment.drawings.values():
        curves = [Path(path).stem for path in drawing.inputs if "/curves/" in path]
        named = [stem.removeprefix("Result_").rsplit("-", 1) for stem in curves]
        if named:
            assert set(drawing.labels) == {label for label, _ in named}
            assert set(drawing.codes) == {code for _, code in named}


def test_the_authors_curves_have_a_gallery() -> None:
    gallery = published_gallery(["/far/Result_OSC_LSTM-N.csv", "/far/Result_OSC_LSTM-EH.csv"])
    assert gallery.run == "published"
    pngs = {card.png for card in gallery.cards}
    assert "figures/published/learning_curve_OSC_LSTM-EH.png" in pngs
    assert published_gallery([]).cards == ()


def test_the_digest_covers_what_the_page_says(experiment: Experiment) -> None:
    gallery = gallery_of(experiment)
    first, *others = gallery.cards
    changes = (
        replace(gallery, run="other"),
        replace(gallery, cards=tuple(others)),
        replace(gallery, cards=(replace(first, folder="elsewhere"), *others)),
        replace(
            gallery, cards=(replace(first, drawing=replace(first.drawing, codes=("N",))), *others)
        ),
    )
    assert len({gallery.digest, *(changed.digest for changed in changes)}) == 5
    assert gallery_of(experiment).digest == gallery.digest


@pytest.mark.parametrize("mode", ["optimize", "compare", "optimize_and_compare"])
def test_every_run_has_a_gallery(experiment: Experiment, mode: str) -> None:
    config = experiment.config.model_copy(update={"mode": mode})
    assert "figures/demo/index.html" in Experiment(config).results


# The page ---------------------------------------------------------------------------------


def test_every_drawing_has_one_card_that_leads_to_its_files(
    experiment: Experiment, demo: Path
) -> None:
    html = demo.read_text()
    found = re.findall(r'<figure id="figure-([^"]+)".*?</figure>', html, re.S)
    assert sorted(found) == sorted(experiment.drawings)
    for name, drawing in experiment.drawings.items():
        card = re.search(rf'<figure id="figure-{name}".*?</figure>', html, re.S)
        assert card
        files = [experiment.path("figure", figure=name, format=f) for f in ("png", "pdf")]
        links = {unescape(link) for link in re.findall(r'href="([^"]+)"', card[0])}
        folder = "figures/demo"
        assert links == {os.path.relpath(p, folder) for p in (*files, *drawing.inputs)}
        command = re.findall(r"<code>(.*?)</code>", card[0])
        assert list(map(unescape, command)) == [f"snakemake --cores 2 {files[0]}"]


def test_the_page_is_sound_and_loads_nothing(demo: Path) -> None:
    page = Page(demo.read_text())
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = page.values("href")
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(uri.startswith("data:image/webp;base64,") for uri in page.values("src"))
    assert [link for link in links if re.match(r"[a-z]+:|/", link)] == ["data:,"]
    pictures = [found for tag, found in page.tags if tag == "img" and "src" in found]
    assert all(found["alt"] for found in pictures)
    assert demo.stat().st_size < 5e6


def test_learning_curves_stand_in_a_table(demo: Path) -> None:
    html = demo.read_text()
    places = re.findall(r'style="grid-area: (\d+) / (\d+)"', html)
    assert len(places) == len(set(places)) > 60  # of cards and heads, each alone in its cell
    cell = re.search(r'id="figure-learning_curve_OSC_LSTM-P".*?grid-area: (\d+ / \d+)', html)
    assert cell
    assert cell[1] == "3 / 2"  # the second method of the first model


def test_equal_figures_give_the_same_bytes(experiment: Experiment, demo: Path) -> None:
    again = render(gallery_of(experiment), COMMAND, TEMPLATES, demo.parents[2])
    assert again == demo.read_text()


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    evil = '</style></script><script>alert("x")</script>'
    drawing = Drawing(inputs=(f"data/{evil}.csv",), labels=(evil,), codes=("N",), kind="overview")
    gallery = Gallery(evil, (1,), 1, (Card("50% #1?", drawing, "figures/a b"),))
    paint(gallery, tmp_path)
    page = render(gallery, ["snakemake", "--config", f"x={evil}", None], TEMPLATES, tmp_path)
    assert [tag for tag, _ in Page(page).tags].count("script") == 1
    assert 'href="50%25%20%231%3F.png"' in page
    (command,) = re.findall(r"<code>(.*?)</code>", page)
    words = shlex.split(unescape(command))
    assert words == ["snakemake", "--config", f"x={evil}", "figures/a b/50% #1?.png"]


def test_a_missing_or_changed_figure_is_named(experiment: Experiment, tmp_path: Path) -> None:
    gallery = gallery_of(experiment)
    with pytest.raises(UserError, match=r"overview.*snakemake"):
        render(gallery, COMMAND, TEMPLATES, tmp_path)


@pytest.mark.parametrize(
    ("size", "small"),
    [((1500, 1000), (400, 267)), ((2880, 1920), (600, 400)), ((3000, 500), (1500, 250))],
)
def test_a_thumbnail_is_small_and_keeps_its_shape(tmp_path: Path, size, small) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", size, "white").save(path)
    found = thumbnail(path)
    assert (found.width, found.height) == small
    assert len(found.uri) < 20_000
