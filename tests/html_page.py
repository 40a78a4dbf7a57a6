"""What stands in an HTML page, for tests of pages."""

import re
from html.parser import HTMLParser
from pathlib import Path

from playwright.sync_api import Page as BrowserPage

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """What stands in a page; fails where a tag is not closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] for _, found in self.tags if attribute in found]


def loads_nothing(html: str) -> None:
    """Fails if the page asks for any other file."""
    page = Page(html)
    assert not page.values("src")
    outside = [link for link in page.values("href") if re.match(r"[a-z]+:|//", link)]
    assert outside == ["data:,"]
    assert "@import" not in html
    assert "url(" not in html


def opened(page: BrowserPage, folder: Path, html: str, hash: str = "") -> BrowserPage:
    """A page, open in the browser."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri() + hash)
    return page
