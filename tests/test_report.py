"""The verification report: what a reader finds on the page, and that the page is sound."""

import re
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page as BrowserPage

from epochbudget.verification.report import NUMBER_VERDICTS, render
from html_page import Page
from report_samples import REPORTS, demo, empty, full, number

TEMPLATES = Path(__file__).resolve().parent.parent / "workflow" / "report"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: render(make(), TEMPLATES) for name, make in REPORTS.items()}


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_sound(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = [link[1:] for link in page.values("href") if link.startswith("#")]
    assert len(targets) >= 9
    assert set(targets) <= set(ids)
    assert [tag for tag, _ in page.tags].count("script") == 1


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_loads_nothing(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    assert not page.values("src")
    outside = [link for link in page.values("href") if re.match(r"[a-z]+:|//", link)]
    assert outside == ["data:,"]
    assert "@import" not in pages[name]
    assert "url(" not in pages[name]


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_not_known_is_blank(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    shown = page.texts + [value for _, found in page.tags for value in found.values()]
    assert not [text for text in shown if re.search(r"\b(None|nan|inf|Undefined)\b", text)]


@pytest.mark.parametrize("name", REPORTS)
def test_every_reason_appears_once(pages: dict[str, str], name: str) -> None:
    text = "\n".join(Page(pages[name]).texts)
    report = REPORTS[name]()
    for row in report["verdicts"]:
        assert len(re.findall(re.escape(row["reason"]) + r"(?!\d)", text)) == 1
    for row in report["claims"]:
        assert row["reason"] is None or row["reason"] in text


def test_equal_input_gives_the_same_bytes(pages: dict[str, str]) -> None:
    assert render(full(), TEMPLATES) == pages["full"]


def test_the_counts_stand_on_top(pages: dict[str, str]) -> None:
    rows = full()["verdicts"]
    top = pages["full"][: pages["full"].index('id="claims"')]
    for verdict in NUMBER_VERDICTS:
        count = sum(row["verdict"] == verdict for row in rows)
        assert re.search(
            rf"<strong>{count}</strong>\s*<span[^>]*><span[^>]*>\S</span>&nbsp;{verdict}", top
        )


def test_the_papers_tables_hold_every_number_once(pages: dict[str, str]) -> None:
    links = [link for link in Page(pages["full"]).values("href") if re.match(r"#n\d", link)]
    assert sorted(links) == sorted(f"#n{place}" for place in range(376))


def test_numbers_are_shown_in_four_digits_and_the_published_as_printed() -> None:
    row = number("LSTM", "P", "final_val_loss", 50, None, "1.0900e-05")
    row |= {"ours": 1.23456789e-5, "low": 0.85514, "high": 75.0, "power": 0.661}
    page = render(empty() | {"verdicts": [row]}, TEMPLATES)
    for shown in (">1.0900e-05<", ">1.235e-05<", ">0.8551 …\n75.00<", ">66 %<"):
        assert shown in page
    assert 'data-key="1.23456789e-05"' in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("demo", "deviates from the paper's protocol; no trained number is judged. Of the 16"),
        ("empty", "follows the paper's protocol; no trained number is judged."),
    ],
)
def test_the_statement_promises_no_more_than_was_judged(
    pages: dict[str, str], name: str, sentence: str
) -> None:
    assert sentence in unescape(pages[name])


def test_missing_work_is_summed(pages: dict[str, str]) -> None:
    assert "In all 46,500 epochs, 7.500 hours." in pages["demo"]


def luminance(color: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_stands_out_from_what_is_behind_it(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "page.css").read_text(), re.S)
    colors = dict(re.findall(r"--(\w+): (#\w+);", blocks[scheme]))
    behind = [luminance(colors.pop(name)) for name in ("page", "panel")]
    del colors["line"]
    assert len(colors) == 9
    for text in map(luminance, colors.values()):
        for back in behind:
            assert (max(text, back) + 0.05) / (min(text, back) + 0.05) >= 4.5


def opened(page: BrowserPage, folder: Path, html: str, hash: str = "") -> BrowserPage:
    """A report, open in the browser."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri() + hash)
    return page


@pytest.mark.slow
def test_a_hash_filters_the_numbers(
    pages: dict[str, str], tmp_path: Path, page: BrowserPage
) -> None:
    rows = full()["verdicts"]
    wanted = [row for row in rows if row["model"] == "LSTM" and row["verdict"] == "not run"]
    opened(page, tmp_path, pages["full"], "#model=LSTM&verdict=not+run")
    assert f"Showing {len(wanted)} of {len(rows)}" in page.inner_text("body")
    assert page.locator("#all tbody tr:visible").count() == len(wanted)


@pytest.mark.slow
def test_a_click_sorts_numbers_as_numbers(
    pages: dict[str, str], tmp_path: Path, page: BrowserPage
) -> None:
    opened(page, tmp_path, pages["demo"])
    head = page.locator("#all thead button").nth(5)
    head.click()
    head.click()
    shown = page.locator("#all tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    rows = demo()["verdicts"]
    known = sorted(
        (place for place, row in enumerate(rows) if row["ours"] is not None),
        key=lambda place: -rows[place]["ours"],
    )
    unknown = [place for place, row in enumerate(rows) if row["ours"] is None]
    assert shown == [f"n{place}" for place in known + unknown]
    assert page.locator("#all thead [aria-sort=descending]").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", "hostile"])
def test_a_phone_need_not_scroll_sideways(
    pages: dict[str, str], tmp_path: Path, page: BrowserPage, name: str
) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    opened(page, tmp_path, pages[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
