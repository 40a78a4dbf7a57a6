"""Fixtures that several test files use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

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
