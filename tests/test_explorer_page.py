"""The schedule explorer in a browser: its rates are the schedulers', and it does what it says."""

import argparse
import csv
import io
import random
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page as BrowserPage

from conftest import ROOT
from epochbudget import explorer, schedule_command
from epochbudget.errors import UserError
from epochbudget.figures.drawing.style import method_style, ordered_styles
from epochbudget.registry import methods
from epochbudget.schedules.rates import learning_rates
from epochbudget.settings import all_settings, parse_settings
from html_page import opened

pytestmark = pytest.mark.slow

UNFORESEEN = {code for code, method in methods().items() if method.feedback or method.steering}
SHOWN = {code: method for code, method in methods().items() if code not in UNFORESEEN}
ALL = " ".join(SHOWN)
DRAWS: dict[str, Any] = {
    "infimum_lr": lambda draw: 10 ** draw.uniform(-7, -3.5),
    "upper_bound": lambda draw: draw.choice([100, 200, 333.5]),
    "power": lambda draw: draw.uniform(0, 4),
    "gamma": lambda draw: draw.uniform(0.5, 1),
    "end_factor": lambda draw: draw.uniform(0, 1),
    "step_size": lambda draw: draw.randint(1, 60),
    "pct_start": lambda draw: draw.choice([0, 0.1, draw.uniform(0, 1), 1]),
    "step_size_up": lambda draw: draw.randint(1, 90),
    "warmup_epochs": lambda draw: draw.randint(0, 12),
    "ramp_from_start": lambda draw: draw.random() < 0.5,
    "first": lambda draw: draw.choice([0, 0.5, draw.uniform(0, 1), 1]),
    "second": lambda draw: draw.uniform(0, 1),
    "T_0": lambda draw: draw.randint(1, 60),
    "T_mult": lambda draw: draw.randint(1, 3),
    "T_max": lambda draw: draw.randint(1, 60),
    "cooldown_share": lambda draw: draw.choice([0.01, 0.25, 0.5, draw.uniform(0.01, 1), 1]),
    "d_coef": lambda draw: 2.0,
    "growth_rate": lambda draw: 1.5,
}
"""A value of each hyperparameter, some of which some methods refuse at some budgets."""


@pytest.fixture(scope="module")
def html() -> str:
    return explorer.page(ROOT / "workflow" / "report")


@pytest.fixture
def explorer_page(html: str, tmp_path: Path, page: BrowserPage) -> BrowserPage:
    """The page as it starts."""
    return opened(page, tmp_path, html)


def python_rates(code: str, given: dict[str, Any], budget: int, steps: int = 1) -> list[float]:
    return learning_rates(methods()[code], {"infimum_lr": 1e-6, **given}, budget, steps)


def test_every_rate_is_the_schedulers_and_so_is_every_refusal(explorer_page: BrowserPage) -> None:
    draw = random.Random(89)
    jobs, wanted = [], []
    for code, method in SHOWN.items():
        for _ in range(40):
            budget, steps = draw.choice([1, 2, 3, 7, 10, 50, 101, 200]), draw.choice([1, 1, 2, 5])
            given = {n: DRAWS[n](draw) for n in method.settings if draw.random() < 0.6}
            given["lr"] = 10 ** draw.uniform(-4, 1)
            jobs.append([code, given, budget, steps])
            try:
                wanted.append(python_rates(code, given, budget, steps))
            except UserError as error:
                wanted.append(str(error))
    found = explorer_page.evaluate(
        """jobs => jobs.map(([code, given, budget, steps]) => {
            try {
                const method = DATA.methods[code];
                const rate = rates(method, { ...method.defaults, ...given }, budget, steps);
                return Array.from({ length: budget * steps }, (_, step) => rate(step));
            } catch (error) {
                return error.message;
            }
        })""",
        jobs,
    )
    assert sum(isinstance(want, str) for want in wanted) > 20
    for job, want, got in zip(jobs, wanted, found, strict=True):
        if isinstance(want, str):
            assert got == want.replace(".0,", ","), job  # JavaScript has no whole floats
        else:
            np.testing.assert_allclose(got, want, rtol=1e-12, err_msg=str(job))


def test_texts_are_read_as_the_command_line_reads_them(explorer_page: BrowserPage) -> None:
    texts = ["-1", "0", "0.5", "1", "1.0", "1.5", "2", "1e-3", ".5", "1e400"]
    texts += ["nan", "inf", "-inf", "true", "false", "x", "1,5", "0x10", "1 2"]
    for name, setting in all_settings().items():
        described = explorer._setting(setting)
        got = explorer_page.evaluate(
            """([name, texts, setting]) => texts.map((text) => {
                try { return { value: String(checked(name, text, setting)) }; }
                catch (error) { return { hint: error.message.split(" Hint: ")[1] }; }
            })""",
            [name, texts, described],
        )
        for text, answer in zip(texts, got, strict=True):
            try:
                value = parse_settings([f"{name}={text}"], {name: setting})[name]
            except UserError as error:
                assert answer == {"hint": error.hint}, (name, text)
            else:
                read = answer["value"].replace("Infinity", "inf")
                assert read.lower() == str(value).lower() or float(read) == value, (name, text)


def table(page: BrowserPage) -> dict[str, dict[str, str]]:
    """Name of the curve -> epoch -> value, as the table shows them."""
    rows = page.locator("#values tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    head, *body = rows
    return {name: {row[0]: row[k] for row in body} for k, name in enumerate(head) if k}


def drawn(page: BrowserPage, name: str) -> list[tuple[float, float]]:
    """The corners of a curve as (epoch, rate), read from its path and the plot's axes."""
    corners: list[tuple[float, float]] = page.evaluate(
        """name => {
            const path = document.querySelector(`path[data-name="${name}"]`).getAttribute("d");
            const [left, right] = [plot.toX(0), plot.toX(plot.options.end)];
            const high = Math.max(...plot.curves.flatMap((curve) => curve.ys));
            const [bottom, top] = [plot.toY(0), plot.toY(high)];
            return path.split(/[ML]/).slice(1).map((corner) => {
                const [x, y] = corner.split(" ").map(Number);
                return [((x - left) / (right - left)) * plot.options.end,
                        ((y - bottom) / (top - bottom)) * high];
            });
        }""",
        name,
    )
    return corners


def test_picking_changes_curves_table_and_command(explorer_page: BrowserPage, capsys: Any) -> None:
    page = explorer_page
    assert set(table(page)) == {f"{c} {n}" for c in explorer.START for n in explorer.BUDGETS}
    page.get_by_label("C CosineAnnealingLR").uncheck()
    page.get_by_label("EH ExpHyperbolicLR", exact=True).check()
    page.get_by_label("budgets").fill("20, 40")
    page.get_by_label("upper_bound").fill("50")
    page.get_by_label("steps per epoch").fill("2")
    shown = table(page)
    assert list(shown) == ["H 20", "H 40", "EH 20", "EH 40"]
    for name, cells in shown.items():
        code, budget = name.split()
        want = python_rates(code, {**explorer.SETTINGS, "upper_bound": 50}, int(budget), 2)
        for epoch, cell in cells.items():
            step = round(2 * float(epoch))
            inside = step < len(want)
            assert cell == "" or inside
            assert not inside or float(cell) == pytest.approx(want[step], rel=1e-3)
        corners = drawn(page, name)
        assert len(corners) == len(want)
        for epoch, rate in corners:
            assert rate == pytest.approx(want[round(2 * epoch)], abs=1e-3)
    commands = page.inner_text("#commands").splitlines()
    assert commands[0] == (
        "epochbudget schedule H EH --budget 20 --steps-per-epoch 2 --lr 1.0"
        " --infimum-lr 0.001 --set upper_bound=50 --csv"
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(download.value.path().open()))
    assert len(rows) == 2 * 2 * (20 + 40)
    for command in commands:
        for want in printed(command, capsys):
            got = next(r for r in rows if all(r[n] == want[n] for n in ("code", "step", "epoch"))
                       and r["budget"] == shlex.split(command)[5])  # fmt: skip
            assert float(got["lr"]) == pytest.approx(float(want["lr"]), rel=1e-12)


def printed(command: str, capsys: Any) -> list[dict[str, str]]:
    """The rows that a command of the page prints."""
    parser = argparse.ArgumentParser()
    schedule_command.add_arguments(parser)
    schedule_command.run(parser.parse_args(shlex.split(command)[2:]))
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_the_address_restores_a_view(explorer_page: BrowserPage) -> None:
    page = explorer_page
    start = page.url
    page.get_by_label("WEH Warm-up + ExpHyperbolicLR").check()
    page.get_by_label("S StepLR").check()
    page.get_by_label("budgets").fill("30 60")
    page.get_by_label("step_size", exact=True).fill("7")
    page.locator("[name=ramp_from_start]").select_option("true")
    page.locator("[name=scale]").select_option("log")
    page.locator("[name=x]").select_option("share")
    seen = """() => [texts(), picked().map((method) => method.code), csv(),
        document.querySelector("svg").innerHTML]"""
    want = page.evaluate(seen)
    assert want[1] == ["C", "S", "H", "WEH"]
    again = page.context.new_page()
    again.goto(page.url)
    assert again.evaluate(seen) == want
    again.get_by_role("button", name="Start again").click()
    assert again.url == start
    assert again.evaluate("picked().map((method) => method.code)") == list(explorer.START)


def test_wrong_input_gives_a_message_and_no_curve(explorer_page: BrowserPage) -> None:
    page = explorer_page
    page.get_by_label("N Constant").check()
    start = page.url
    for field, text, message, left in (
        ("lr", "", "lr is missing, and C needs it", ""),
        ("lr", "-1", "lr is -1. Hint: it takes a number above 0", ""),
        ("lr", "NaN", "lr is NaN. Hint: it takes a number above 0", ""),
        ("lr", "fast", "lr is 'fast'. Hint: it takes a number", ""),
        ("infimum_lr", "2", "infimum_lr is 2, lr 1. Hint: give an infimum_lr below", "N"),
        ("infimum_lr", "-1", "infimum_lr is -1. Hint: it takes a number of at least 0", "N"),
        ("upper_bound", "249", "H at 250 epochs: upper_bound is 249, below the budget", "NC"),
        ("budgets", "", "budgets is empty", ""),
        ("budgets", "many", "budgets is 'many'", ""),
        ("budgets", "2.5", "budgets is 2.5. Hint: it takes a whole number of at least 1", ""),
        ("budgets", "0", "budgets is 0. Hint: it takes a whole number of at least 1", ""),
        ("budgets", "1000001", "1000001 steps are too many", ""),
        ("budgets", "1 2 3 4 5 6 7 8 9 10 11 12 13", "budgets has 13 values", ""),
        ("steps_per_epoch", "0", "steps_per_epoch is 0. Hint: it takes a whole number", ""),
        ("steps_per_epoch", "", "steps_per_epoch is ''", ""),
    ):
        page.locator(f"[name={field}]").fill(text)
        assert message in page.inner_text("#messages"), (field, text)
        curves = page.evaluate("curves.map((curve) => curve.method.code)")
        assert set(curves) == set(left), (field, text)
        assert page.locator("path[data-name]").count() == len(curves)
        page.goto(start)
        assert page.inner_text("#messages") == ""
    for code in ("N", "C", "H"):
        page.locator(f"[value={code}]").uncheck()
    assert "no method is picked" in page.inner_text("#messages")


def test_the_plot_is_read_by_mouse_and_keyboard(explorer_page: BrowserPage) -> None:
    page = explorer_page
    page.get_by_label("budgets").fill("100 200")
    page.get_by_label("Learning rate by epoch").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    words = page.inner_text("#readout").splitlines()
    want = {f"{c} {n}": python_rates(c, explorer.SETTINGS, n)[5] for c in "CH" for n in (100, 200)}
    assert words[0] == "epoch 5"
    told = dict(word.split(": ") for word in words[1:])
    assert {name: float(value) for name, value in told.items()} == pytest.approx(want, rel=1e-3)
    page.keyboard.press("Escape")
    assert not page.locator("#readout").is_visible()
    box = page.locator("#plot svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + page.evaluate("plot.toX(150)"), box["y"] + 50)
    words = page.inner_text("#readout").splitlines()
    assert words[0] == "epoch 150"
    assert [word.split(":")[0] for word in words[1:]] == ["C 200", "H 200"]


def test_the_page_asks_for_nothing_and_says_nothing_to_the_console(
    html: str, tmp_path: Path, page: BrowserPage
) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    opened(page, tmp_path, html, f"#methods={ALL}&scale=log&infimum_lr=0")
    assert page.locator("path[data-name]").count() > 40
    page.evaluate("document.querySelector('#download').click()")
    assert asked
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_need_not_scroll_sideways(
    html: str, tmp_path: Path, page: BrowserPage, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 700})
    opened(page, tmp_path, html, f"#methods={ALL}&budgets=50+100")
    page.locator("#values summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_looks_are_those_of_the_figures(explorer_page: BrowserPage) -> None:
    strokes = """() => Object.fromEntries([...document.querySelectorAll("path[data-name]")]
        .map((path) => [path.dataset.name, path.getAttribute("stroke")]))"""
    shown = explorer_page.evaluate(strokes)
    assert shown == {f"{c} {n}": method_style(c)["color"] for c in "CH" for n in explorer.BUDGETS}
    explorer_page.get_by_label("C CosineAnnealingLR").uncheck()
    styles = ordered_styles(explorer.BUDGETS)
    want = {str(budget): style["color"] for budget, style in styles.items()}
    assert explorer_page.evaluate(strokes) == want
