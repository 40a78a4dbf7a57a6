"""The schedule explorer's page as it is written; test_explorer_page.py opens it in a browser."""

import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from epochbudget import explorer
from epochbudget.methods.base import Setting
from epochbudget.registry import methods
from epochbudget.settings import RATE, WHOLE, all_settings
from html_page import Page, loads_nothing
from workflow import Checkout

TEMPLATES = ROOT / "workflow" / "report"
VALUES = (-math.inf, -1e-300, -0.0, 0, 5e-324, 0.5, 1 - 2**-53, 1, 1 + 2**-52, 2, 1e308, math.inf)


@pytest.fixture(scope="module")
def html() -> str:
    return explorer.page(TEMPLATES)


def test_the_page_is_sound(html: str) -> None:
    page = Page(html)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert set(page.values("aria-describedby")) <= set(ids)
    assert [tag for tag, _ in page.tags].count("script") == 1
    loads_nothing(html)


def test_equal_methods_give_the_same_bytes(html: str) -> None:
    assert explorer.page(TEMPLATES) == html


def test_every_method_has_a_box_and_its_settings_a_field(html: str) -> None:
    page = Page(html)
    boxes = [found["value"] for tag, found in page.tags if found.get("type") == "checkbox"]
    shown = {
        code: method
        for code, method in methods().items()
        if not (method.feedback or method.steering)
    }
    assert sorted(boxes) == sorted(shown)
    fields = {found.get("name") for _, found in page.tags}
    settings = {name for method in shown.values() for name in method.settings}
    assert {"lr", "budgets", "steps_per_epoch", *settings} <= fields
    assert "ReduceLROnPlateau (RP) looks at the validation loss" in html


@pytest.mark.parametrize("name", [*sorted(all_settings()), "lr", "whole"])
def test_bounds_are_those_of_the_setting(name: str) -> None:
    setting = {**all_settings(), "lr": RATE, "whole": WHOLE}[name]
    low, high = explorer.bounds(setting)
    if setting.kind is bool:
        assert (low, high) == (None, None)
        return
    for value in VALUES:
        inside = (
            (-math.inf if low is None else low) <= value <= (math.inf if high is None else high)
        )
        assert inside == setting.accepts(value), value


def test_bounds_of_any_interval_are_found_to_the_last_bit() -> None:
    def accepts(value: float) -> bool:
        return -0.1 < value <= 3.3

    setting = Setting(float, "a number above -0.1 and at most 3.3", accepts)
    assert explorer.bounds(setting) == (math.nextafter(-0.1, 0), 3.3)


def test_a_new_method_is_one_file_and_its_javascript_another(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "workflow" / "src", tmp_path / "src")
    folder = tmp_path / "src" / "epochbudget" / "methods"
    constant = (folder / "constant.py").read_text()
    for code in ("ONE", "TWO"):
        (folder / f"{code}.py").write_text(constant.replace('"N"', f'"{code}"'))
    (folder / "TWO.js").write_text("function schedule() {\n  return () => 2;\n}\n")
    command = [sys.executable, "-m", "epochbudget", "explorer", "--out", "page.html"]
    subprocess.run(
        [*command, "--templates", str(TEMPLATES)],
        cwd=tmp_path,
        env={"PYTHONPATH": "src", "HOME": str(tmp_path)},
        check=True,
    )
    page = (tmp_path / "page.html").read_text()
    assert "Constant (ONE) is not shown here" in page
    assert page.count("is not shown here") == 1
    assert 'value="TWO"' in page
    assert '"TWO": (() => {\nfunction schedule() {\n  return () => 2;' in page


@pytest.mark.slow
def test_the_page_is_made_anew_when_what_it_tells_changes(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    source = "workflow/src/epochbudget/methods"
    checkout.snakemake("schedule_explorer")
    checkout.edit(f"{source}/cosine.py", '"""C:', '"""C, that is:')
    assert checkout.plan("schedule_explorer") == set()
    for path, old, new in (
        (f"{source}/cosine.js", "epoch / budget", "epoch / (budget + 1)"),
        (f"{source}/cosine.py", "T_max=budget", "T_max=budget + 1"),
    ):
        checkout.edit(path, old, new)
        assert checkout.plan("schedule_explorer") == {("schedule_explorer",)}, path
        checkout.edit(path, new, old)


def test_no_two_methods_look_the_same() -> None:
    from epochbudget.figures.drawing.style import method_style
    from epochbudget.figures.drawing.vector import look

    looks = [look(method_style(code)) for code in methods() if code != "EH-legacy"]
    assert len({(found["color"], *found["dash"]) for found in looks}) == len(looks)
    assert len({found["marker"] for found in looks}) == len(looks)
    assert look({"color": "#000", "linestyle": "-", "marker": "s"}) == {
        "color": "#000",
        "dash": [],
        "marker": "M-0.5 0.5L0.5 0.5L0.5 -0.5L-0.5 -0.5Z",
    }
