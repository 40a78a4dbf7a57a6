"""Fixtures that several test files use."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment

ROOT = Path(__file__).resolve().parent.parent
torch.set_num_threads(1)  # as every job; the tests run side by side
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


@pytest.fixture(autouse=True)
def normal_floats() -> Iterator[None]:
    """Every test starts with subnormal numbers; a job flushes them in its own process."""
    torch.set_flush_denormal(False)
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout; tests skip where there is none."""
    folder = ROOT.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material is not beside this checkout (../shared)")
    return folder


@pytest.fixture(scope="session")
def published_curves(shared: Path) -> Path:
    """The authors' curves."""
    return shared / "reference" / "published_curves"


@pytest.fixture(scope="session")
def published_numbers(shared: Path) -> Path:
    """The table of published numbers."""
    return shared / "reference" / "published_numbers.csv"


@pytest.fixture(scope="session")
def experiment() -> Experiment:
    """The default run."""
    return Experiment(load_files([ROOT / "config" / "config.yaml"]))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, experiment: Experiment) -> Path:
    """The gallery of the default run, with plain pictures."""
    from gallery_samples import demo_page  # it needs this module

    return demo_page(tmp_path_factory.mktemp("gallery"), experiment)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no browser looks at the page: Chromium is not there (apt install chromium)")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a browser, without a network; fails if its scripts do."""
    errors: list[object] = []
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        yield page
    assert not errors
