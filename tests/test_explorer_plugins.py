"""Plug-ins on the schedule explorer, in a browser: tables of what Python computes."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page as BrowserPage

from conftest import ROOT
from epochbudget import explorer, plugins
from epochbudget.explorer_tables import TABLED
from epochbudget.registry import methods
from epochbudget.schedules.rates import learning_rates
from html_page import opened

PLUGINS = {
    "RIPPLE": {"schedule": f"{ROOT}/config/examples/schedules.py:ripple"},
    "SEQ": {
        "sequential": [{"method": "LW", "warmup_epochs": 5}, {"method": "C"}],
        "milestones": [0.5],
    },
}
EVALUATE = """([code, given, budget, steps]) => {
    try {
        const method = DATA.methods[code];
        const rate = rates(method, { ...method.defaults, ...given }, budget, steps);
        return Array.from({ length: budget }, (_, epoch) => rate(epoch));
    } catch (error) {
        return error.message;
    }
}"""


@pytest.fixture(autouse=True)
def plugged() -> Iterator[None]:
    plugins.export(PLUGINS)
    yield
    plugins.export({})
    os.environ.pop(plugins.VARIABLE)


@pytest.mark.slow
def test_tables_are_the_rates_and_say_what_they_lack(tmp_path: Path, page: BrowserPage) -> None:
    shown = opened(page, tmp_path, explorer.page(ROOT / "workflow" / "report"))
    for budget in TABLED:
        want = learning_rates(methods()["RIPPLE"], {"lr": 0.02}, budget, 1)
        got = shown.evaluate(EVALUATE, ["RIPPLE", {"lr": 0.02}, budget, 1])
        np.testing.assert_allclose(got, want, rtol=1e-12)
    start = {"lr": 1.0, "infimum_lr": 1e-3}
    want = learning_rates(methods()["SEQ"], start, 50, 1)
    np.testing.assert_allclose(shown.evaluate(EVALUATE, ["SEQ", start, 50, 1]), want, rtol=1e-12)
    for code, given, budget, steps in (
        ("RIPPLE", {"lr": 0.02}, 51, 1),
        ("RIPPLE", {"lr": 0.02}, 50, 2),
        ("SEQ", {**start, "lr": 0.5}, 50, 1),  # its infimum does not grow with lr
        ("SEQ", {**start, "infimum_lr": 1e-4}, 50, 1),
    ):
        told = shown.evaluate(EVALUATE, [code, given, budget, steps])
        assert told.startswith(f"{code} is Python: its rates are known for one step an epoch")
        assert told.endswith("Hint: choose these, or use epochbudget schedule")


def test_the_digest_runs_no_plug_in(tmp_path: Path) -> None:
    """Snakemake asks for it each time; a changed source changes it."""
    path = tmp_path / "mine.py"
    digests = []
    for text in ("raise SystemExit\n", "raise SystemExit(1)\n"):
        path.write_text(f"{text}def get_lr(epoch, total_epochs, base_lr, config): ...\n")
        plugins.export({"MINE": {"schedule": f"{path}:get_lr"}})
        digests.append(explorer.digest())
    assert digests[0] != digests[1]
