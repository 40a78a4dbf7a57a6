"""The gallery in a browser, as a reader uses it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from epochbudget.experiment import Experiment

pytestmark = pytest.mark.slow


def shown(page: Page) -> set[str]:
    """Names of the figures in sight."""
    names = page.locator("figure:visible").evaluate_all("all => all.map(f => f.dataset.name)")
    return set(names)


def test_a_reader_chooses_models_methods_and_kinds(
    experiment: Experiment, demo: Path, page: Page
) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(demo.as_uri())
    count = len(experiment.drawings)
    assert f"Showing {count} of {count} figures" in page.inner_text("#count")
    page.get_by_label("Integral_MLP").check()
    for code in ("C", "EH"):
        page.get_by_label(code, exact=True).check()
    wanted = {
        name
        for name, drawing in experiment.drawings.items()
        if "Integral_MLP" in drawing.labels and {"C", "EH"} & set(drawing.codes)
    }
    assert shown(page) == wanted
    assert f"Showing {len(wanted)} of {count}" in page.inner_text("#count")
    page.get_by_role("combobox", name="Kind").select_option("learning_curve")
    curves = {f"learning_curve_Integral_MLP-{code}" for code in ("C", "EH")}
    assert shown(page) == curves
    address = page.url
    page.get_by_label("Text").fill("exphyperbolic")
    assert shown(page) == {"learning_curve_Integral_MLP-EH"}
    page.goto("about:blank")
    page.goto(address)  # as a reader who got the link
    assert shown(page) == curves
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == count
    page.evaluate("location.hash = '#model=Integral_MLP&kind=slcd'")
    expect(page.locator("figure:visible")).to_have_count(1)
    assert told == []


def test_a_table_turns_and_closes_its_gaps(demo: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1600, "height": 900})
    page.goto(f"{demo.as_uri()}#kind=learning_curve&method=C&method=EH")

    def places() -> list[tuple[float, float]]:
        figures = page.locator("figure:visible").all()
        return [(box["x"], box["y"]) for figure in figures if (box := figure.bounding_box())]

    before = places()
    assert len({y for _, y in before}) == 2  # a row for each method
    page.get_by_role("button", name="Turn").click()
    after = places()
    assert len({x for x, _ in after}) == 2
    assert len({y for _, y in after}) == len(before) // 2


def test_a_click_enlarges_and_keys_go_on(demo: Path, page: Page) -> None:
    page.goto(f"{demo.as_uri()}#kind=slcd")
    pictures = page.locator("figure:visible img")
    first, second, *_, last = pictures.evaluate_all("all => all.map(image => image.alt)")
    page.locator("figure:visible .small").first.click()
    dialog, title = page.get_by_role("dialog"), page.locator("#view-title")
    expect(title).to_have_text(first)
    picture = dialog.locator("img")
    expect(picture).to_have_js_property("naturalWidth", 600)  # the whole picture, not the small one
    assert (picture.get_attribute("src") or "").endswith(".png")
    assert "constant rate N" in dialog.inner_text()
    assert "snakemake --cores 2 figures/demo/slcd_" in dialog.inner_text()
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text(second)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text(last)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.querySelector('img').alt") == last


def test_a_page_without_its_figures_shows_the_small_ones(
    demo: Path, tmp_path: Path, page: Page
) -> None:
    moved = tmp_path / "moved.html"
    moved.write_text(demo.read_text())
    page.goto(moved.as_uri())
    page.locator("#figure-overview .small").click()
    expect(page.locator("dialog img")).to_have_attribute("src", re.compile("^data:image/webp"))


def test_a_command_is_copied(demo: Path, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(demo.as_uri())
    card = page.locator("#figure-oscillator")
    card.locator("summary").click()
    card.get_by_role("button", name="Copy").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "snakemake --cores 2 figures/demo/oscillator.png"


def test_a_phone_need_not_scroll_a_gallery_sideways(demo: Path, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{demo.as_uri()}#kind=learning_curve")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.locator("figure:visible .small").first.click()
    assert page.evaluate("document.querySelector('dialog').scrollWidth") <= 400


def test_without_scripts_every_figure_is_there(
    experiment: Experiment, demo: Path, page: Page
) -> None:
    with page.context.browser.new_context(java_script_enabled=False, offline=True) as context:
        plain = context.new_page()
        plain.goto(demo.as_uri())
        assert plain.locator("figure:visible").count() == len(experiment.drawings)
        assert plain.locator("form:visible, button:visible").count() == 0
