"""The documentation builds without a warning; its links lead somewhere, and it loads nothing."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page

from conftest import ROOT

pytestmark = pytest.mark.slow


@dataclass
class Document(HTMLParser):
    """What a page links to, loads and can be linked to at."""

    links: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> "Document":
        document = cls()
        document.feed(path.read_text())
        return document

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if "href" in given:
            (self.links if tag == "a" else self.loaded).add(given["href"])
        self.loaded |= {given[name] for name in ("src", "data", "poster") if name in given}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built as by `make docs`, from nothing."""
    makefile = (ROOT / "Makefile").read_text()
    (recipe,) = re.findall(r"sphinx-build (.*) -d \S+ docs docs/_build/html", makefile)
    folder = tmp_path_factory.mktemp("pages")
    words = [sys.executable, "-m", "sphinx", *recipe.split(), "-d", folder / "doctrees"]
    done = subprocess.run(
        [*words, ROOT / "docs", folder / "html"], cwd=ROOT, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def documents(built: Path) -> dict[Path, Document]:
    found = {path: Document.read(path) for path in built.resolve().rglob("*.html")}
    assert len(found) > 15
    return found


def test_every_link_leads_somewhere(documents: dict[Path, Document]) -> None:
    broken = []
    for path, document in documents.items():
        for link in document.links | document.loaded:
            url = urlsplit(link)
            if url.scheme:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            known = documents[target].ids if target in documents else set()
            if not target.is_file() or (url.fragment and unquote(url.fragment) not in known):
                broken.append((path.name, link))
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(built: Path, documents: dict[Path, Document]) -> None:
    loaded = {url for document in documents.values() for url in document.loaded}
    assert any(url.startswith("_static/") for url in loaded)
    assert [url for url in loaded if urlsplit(url).scheme not in ("", "data")] == []
    for sheet in built.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text()), sheet


def test_the_reference_is_complete(documents: dict[Path, Document], built: Path) -> None:
    """The parts that the code writes are there, with every section and every command."""
    configuration = (built / "configuration.html").resolve()
    assert {"study", "training", "tasks-osc-lstm", "data-integral"} <= documents[configuration].ids
    commands = (built / "command_line.html").resolve()
    assert {"study", "plan", "status", "verify"} <= documents[commands].ids
    assert "from the code" not in configuration.read_text() + commands.read_text()


@pytest.mark.parametrize("name", ["index", "configuration", "api/schedules"])
def test_a_browser_asks_for_files_alone(name: str, built: Path, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((built / f"{name}.html").as_uri())
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["index", "tutorial", "configuration", "command_line"])
def test_pages_fit_the_screen(name: str, width: int, built: Path, page: Page) -> None:
    """Wide tables and outputs scroll by themselves."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((built / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
