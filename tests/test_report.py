"""The verification report: what a reader finds on the page, and that the page is sound."""

import math
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from epochbudget.verification.report import CLAIM_VERDICTS, NUMBER_VERDICTS, render

TEMPLATES = Path(__file__).resolve().parent.parent / "workflow" / "report"
METHODS = ("N", "P", "C", "E", "H", "EH")
BUDGETS = (50, 100, 150, 200)
PAIRS = tuple((a, b) for a in BUDGETS for b in BUDGETS if a < b)
REGRESSION = tuple(f"power_regression_{part}" for part in ("A", "B", "R2", "adjR2", "p"))
VOID = {"br", "hr", "img", "input", "link", "meta"}
LISTS = ("protocol", "verdicts", "claims", "caveats", "closed_forms", "missing", "margins", "rule")


def empty() -> dict[str, Any]:
    lists: dict[str, Any] = {name: [] for name in (*LISTS, "provenance")}
    return {"run": "demo", "facts": {}, "published": None, **lists}


def published_numbers() -> Iterator[dict[str, Any]]:
    """The 376 numbers of the paper, with made-up values."""
    draw = random.Random(89)
    for model in ("TraONet", "DeepONet", "LSTM", "CNN"):
        accuracy = model == "CNN"
        kinds = [("final_accuracy" if accuracy else "final_val_loss", METHODS, BUDGETS)]
        kinds.append(("slcd", ("P", "C", "H", "EH"), PAIRS))
        improvement = "accuracy_gain" if accuracy else "percent_improvement"
        kinds += [(name, METHODS, (None,)) for name in REGRESSION]
        kinds += [(f"{improvement}_{part}", METHODS, (None,)) for part in ("mean", "std")]
        for quantity, methods, columns in kinds:
            for method in methods:
                for column in columns:
                    budget, other = column if isinstance(column, tuple) else (column, None)
                    value = draw.uniform(0.8, 0.9) if accuracy else 10 ** draw.uniform(-6, -3)
                    yield number(model, method, quantity, budget, other, f"{value:.5g}")
    for method in ("P", "C", "H", "EH"):
        for budget in (250, 500, 750, 1000):
            value = f"{draw.uniform(0, 75):.2f}"
            yield number(
                "schedule", method, "early_lr_area_difference_percent", budget, 1000, value
            )


def number(
    model: Any, scheduler: Any, quantity: Any, budget: Any, other: Any, published: Any
) -> dict[str, Any]:
    return {
        "model": model,
        "scheduler": scheduler,
        "quantity": quantity,
        "budget": budget,
        "other_budget": other,
        "published": published,
        **dict.fromkeys(("ours", "low", "high", "seeds", "power"), None),
        "margin": "0.041 in log10",
        "verdict": "not run",
        "reason": "This configuration leaves the method out.",
        "figure": "",
    }


def claim(place: int, verdict: str, **values: Any) -> dict[str, Any]:
    return {
        "claim": f"C{place}",
        "model": "DeepONet",
        "statement": "EH has the lowest SLCD among P, C, H and EH",
        "published": "0.021",
        "ours": None,
        "seeds_for": None,
        "seeds": None,
        "p": None,
        "verdict": verdict,
        "reason": f"claim {place}: two seeds of five, the paper has five.",
        **values,
    }


def demo() -> dict[str, Any]:
    """A run that trains too little to judge: everything incomparable or not run."""
    rows = list(published_numbers())
    for place, row in enumerate(rows):
        row["reason"] = f"row {place}: this configuration leaves the method out."
        if row["scheduler"] in ("P", "EH") and row["model"] != "schedule":
            row |= {"ours": float(row["published"]) * 1.7, "seeds": 2, "verdict": "incomparable"}
            row["reason"] = f"row {place}: 12 epochs instead of 200, and 2 seeds instead of 5."
        if row["model"] == "schedule":
            row |= {"ours": float(row["published"]), "verdict": "reproduced", "margin": "0.005"}
            row["reason"] = f"row {place}: every printed digit agrees."
    return {
        **empty(),
        "facts": {"config": "config/config.yaml", "paper": "arXiv 2407.15200"},
        "protocol": [
            "budgets 3, 6, 9, 12 instead of 50, 100, 150, 200",
            "2 seeds instead of 5",
            "DeepONet with a hidden width of 64 instead of 1024",
        ],
        "verdicts": rows,
        "claims": [claim(1, "incomparable", ours=0.0314), claim(2, "not run")],
        "caveats": caveats(),
        "closed_forms": closed_forms(),
        "published": {"yes": 196, "no": 0, "not run": 180},
        "missing": [
            {"model": "DeepONet", "method": method, "epochs": 7750, "hours": 1.25}
            for method in METHODS
        ],
        "margins": [
            {
                "quantity": "final_val_loss",
                "margin": "0.041 in log10",
                "why": "A tenth of a loss; smaller than what separates the paper's methods.",
            }
        ],
        "rule": [
            "A loss is compared as log10 of the mean over the seeds, an accuracy as it is.",
            "Power is the chance that the interval would notice a shift of two seed standard "
            "deviations; with five seeds against five it is 66 to 77 %.",
        ],
        "provenance": [
            {"title": "Device", "rows": [["cpu", "2 cores"], ["seeds", "89, 231"]]},
            {"title": "Digests", "rows": [["code", "a0" * 32], ["data: integral", "5f" * 32]]},
        ],
    }


def caveats() -> list[dict[str, Any]]:
    return [
        {
            "number": place,
            "title": "One seed dominates some means",
            "text": "The mean of five losses is nearly the loss of the worst seed.",
            "finding": "DeepONet P100: 96 % of the sum. " * place if place % 3 else None,
            "source": "the authors' curves",
        }
        for place in range(1, 13)
    ]


def closed_forms() -> list[dict[str, Any]]:
    return [
        {
            "check": "HyperbolicLR ends at its infimum",
            "expected": 1e-6,
            "found": 1.0000001e-6,
            "tolerance": "1e-12",
            "result": result,
        }
        for result in ("yes", "no")
    ]


def full() -> dict[str, Any]:
    """A run of the paper's protocol with every verdict."""
    draw = random.Random(231)
    report = demo() | {"run": "paper", "protocol": []}
    for place, row in enumerate(report["verdicts"]):
        value = float(row["published"])
        row |= {
            "ours": value * draw.uniform(0.8, 1.25),
            "low": value * 0.8,
            "high": value * 1.25,
            "seeds": 5,
            "power": draw.uniform(0.6, 0.8),
            "verdict": draw.choice(list(NUMBER_VERDICTS)),
            "figure": f"../../figures/paper/comparison_{row['model']}.png",
            "reason": f"row {place}: |difference of log10| 0.0124 against a half-width of 0.0831; "
            "the 90 % interval reaches 0.0703, the margin is 0.041.",
        }
    report["claims"] = [
        claim(place, verdict, ours=0.0213 * place, seeds_for=5 - place % 6, seeds=5, p=1 / 32)
        for place, verdict in enumerate(CLAIM_VERDICTS)
    ]
    return report


def hostile() -> dict[str, Any]:
    """Markup, quotes, endless words, None and numbers that are not finite, in every place."""
    bad = "<script>alert('\"1\"')</script>&amp;" + "x" * 300
    rows = []
    for place in range(8):
        row = number(*[bad] * 6)
        row |= dict.fromkeys(("margin", "verdict", "figure"), bad)
        row |= dict.fromkeys(("ours", "low", "high", "power"), (math.nan, math.inf)[place % 2])
        rows.append(row | {"reason": f"{bad} row {place}"})
        blank = dict.fromkeys(row, None)
        rows.append(blank | {"reason": f"blank row {place}"})
    report = demo() | {
        "run": bad,
        "facts": {bad: bad},
        "protocol": [bad],
        "verdicts": rows,
        "rule": [bad],
    }
    for name in ("claims", "caveats", "closed_forms", "missing", "margins"):
        first = report[name][0]
        blank = dict.fromkeys(first, None)
        if name == "missing":
            report[name] = [{**first, "hours": math.nan}, blank]
        else:
            report[name] = [dict.fromkeys(first, bad), blank]
    return report | {"provenance": [{"title": bad, "rows": [[bad, None]]}]}


REPORTS = {"full": full, "demo": demo, "empty": empty, "hostile": hostile}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: render(make(), TEMPLATES) for name, make in REPORTS.items()}


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
    for shown in (">1.0900e-05<", ">1.235e-05<", ">0.8551 … 75.00<", ">66 %<"):
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


def browse(folder: Path, page: str, hash: str = "") -> str:
    """The page as headless Chromium leaves it."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'user'}"]
    address = file.as_uri() + hash
    command = [chromium, *options, "--virtual-time-budget=5000", "--dump-dom", address]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.slow
def test_a_hash_filters_the_numbers(pages: dict[str, str], tmp_path: Path) -> None:
    rows = full()["verdicts"]
    wanted = [row for row in rows if row["model"] == "LSTM" and row["verdict"] == "not run"]
    page = browse(tmp_path, pages["full"], "#model=LSTM&verdict=not+run")
    assert f"Showing {len(wanted)} of {len(rows)}" in page
    assert len(re.findall(r'<tr id="n\d+"[^>]* hidden', page)) == len(rows) - len(wanted)


@pytest.mark.slow
def test_a_click_sorts_numbers_as_numbers(pages: dict[str, str], tmp_path: Path) -> None:
    click = (
        "<script>const head = document.querySelectorAll('#all thead button')[5];"
        "head.click(); head.click();</script></body>"
    )
    page = browse(tmp_path, pages["demo"].replace("</body>", click))
    table = page[page.index('id="all"') :]
    order = [int(place) for place in re.findall(r'<tr id="n(\d+)"', table)]
    rows = demo()["verdicts"]
    known = sorted(
        (place for place, row in enumerate(rows) if row["ours"] is not None),
        key=lambda place: -rows[place]["ours"],
    )
    unknown = [place for place, row in enumerate(rows) if row["ours"] is None]
    assert order == known + unknown
    assert 'aria-sort="descending"' in table


@pytest.mark.slow
@pytest.mark.parametrize("name", ["full", "hostile"])
def test_a_phone_need_not_scroll_sideways(pages: dict[str, str], tmp_path: Path, name: str) -> None:
    frame = (
        f'<iframe width="400" height="800" srcdoc="{escape(pages[name])}" onload="'
        "document.title = 'width ' + this.contentDocument.documentElement.scrollWidth\"></iframe>"
    )
    width = re.search(r"<title>width (\d+)</title>", browse(tmp_path, frame))
    assert width
    assert int(width[1]) <= 400
