"""The paper's claims and the caveats, from made-up runs and from the authors' curves."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from epochbudget.curves import CurveSet, read_exported
from epochbudget.verification import caveats, which_eh
from epochbudget.verification import findings as findings_of
from epochbudget.verification.cells import Judge, Reproduction
from epochbudget.verification.claims import RIVALS, Claims, prefixes
from epochbudget.verification.evidence import Evidence
from epochbudget.verification.gather import by_label
from epochbudget.verification.protocol import PUBLISHED_METHODS
from verification_samples import (
    BUDGETS,
    MARGINS,
    NUMBERS,
    PUBLISHED,
    SEEDS,
    around,
    evidence,
    like_published,
    published_finals,
)

MODEL = "LSTM"


def claims(pairs: Mapping[str, Reproduction]) -> dict[tuple[str, str], dict]:
    """Rows by claim and statement's first word."""
    runs = {(MODEL, code): pair for code, pair in pairs.items()}
    rows = Claims(PUBLISHED, runs, BUDGETS).rows([MODEL])
    return {(row["claim"], named(row["statement"])): row for row in rows}


def named(statement: str) -> str:
    """The method that a statement is about."""
    return next(w for w in statement.split() if w in PUBLISHED_METHODS)


def shaped(code: str, shape: float) -> Reproduction:
    """A run whose curves differ between budgets the more, the larger `shape`."""
    finals = {b: [(1 + 0.01 * i) * 1e-6 / b for i in range(5)] for b in BUDGETS}
    return Reproduction(evidence(MODEL, code, finals, shape))


LOWEST = ("lowest SLCD", "EH")


def test_the_published_numbers_claim_what_the_paper_says() -> None:
    rows = Claims(PUBLISHED, {}, BUDGETS).rows(["LSTM", "DeepONet", "TraONet", "CNN"])
    assert {row["verdict"] for row in rows} == {"not run"}
    lowest = [row for row in rows if row["claim"] == "lowest SLCD"]
    assert all(row["published"].startswith("EH ") for row in lowest)
    closest = [row for row in rows if row["claim"].startswith("closest")]
    first = {row["model"]: row["published"].split()[0] for row in closest}
    assert first == {"LSTM": "H", "DeepONet": "EH", "TraONet": "EH", "CNN": "EH"}
    best = {row["model"]: row["statement"].split()[0] for row in rows if "best" in row["claim"]}
    assert best == {"LSTM": "P", "DeepONet": "EH", "TraONet": "H", "CNN": "P"}
    improves = {
        (row["model"], named(row["statement"])): row["published"]
        for row in rows
        if row["claim"].startswith("improves")
    }
    assert improves["DeepONet", "H"] == "no" and improves["DeepONet", "EH"] == "yes"


def test_lowest_slcd_holds_or_is_contradicted_seed_by_seed() -> None:
    shapes = {"P": 0.03, "C": 0.04, "H": 0.02, "EH": 0.001}
    row = claims({code: shaped(code, s) for code, s in shapes.items()})[LOWEST]
    assert (row["verdict"], row["seeds_for"], row["p"]) == ("holds", 5, 1 / 32)
    assert row["ours"].startswith("EH ")
    shapes = {**shapes, "H": 0.001, "EH": 0.02}
    row = claims({code: shaped(code, s) for code, s in shapes.items()})[LOWEST]
    assert row["verdict"] == "contradicted" and row["ours"].startswith("H ")


def test_a_missing_rival_a_deviation_or_a_missing_budget_is_no_test() -> None:
    shapes = {"P": 0.03, "C": 0.04, "H": 0.02, "EH": 0.001}
    whole = {code: shaped(code, s) for code, s in shapes.items()}
    lacking = claims({code: whole[code] for code in ("P", "C", "EH")})[LOWEST]
    assert lacking["verdict"] == "not run" and "lacks H" in lacking["reason"]
    deviating = claims({**whole, "H": replace(whole["H"], deviations=["trials"])})[LOWEST]
    assert deviating["verdict"] == "incomparable" and "5 of 5 seeds" in deviating["reason"]
    part = {c: replace(p, evidence=p.evidence.at((50, 100))) for c, p in whole.items()}
    row = claims(part)[LOWEST]
    assert row["verdict"] == "not run" and "150, 200" in row["reason"]


def test_improvement_and_exponent_by_seed() -> None:
    good = {b: [(1 + 0.1 * i) / b for i in range(5)] for b in BUDGETS}
    bad = {b: [(1 + 0.1 * i) * b for i in range(5)] for b in BUDGETS}
    mixed = {b: [*good[b][:3], *bad[b][3:]] for b in BUDGETS}
    for finals, verdict in ((good, "holds"), (bad, "contradicted"), (mixed, "undecided")):
        rows = claims({"EH": Reproduction(evidence(MODEL, "EH", finals))})
        assert rows["improves with the budget", "EH"]["verdict"] == verdict
        assert rows["power-law exponent", "EH"]["verdict"] == verdict
    most = {**good, 100: [*good[100][:4], 1.01 * good[50][4]]}  # one seed does not, the mean does
    rows = claims({"EH": Reproduction(evidence(MODEL, "EH", most))})
    assert rows["improves with the budget", "EH"]["verdict"] == "direction only"
    assert (
        "B -1"
        in claims({"EH": Reproduction(evidence(MODEL, "EH", good))})["power-law exponent", "EH"][
            "ours"
        ]
    )


def test_best_at_the_longest_budget() -> None:
    pairs = {code: Reproduction(like_published(MODEL, code, 1e-3)) for code in PUBLISHED_METHODS}
    key = ("best at 200 epochs", "P")
    assert claims(pairs)[key]["verdict"] == "holds"
    worse = {**pairs, "H": Reproduction(like_published(MODEL, "H", 1e-3, factor=0.5))}
    assert claims(worse)[key]["verdict"] == "contradicted"
    assert "H beats it in all" in claims(worse)[key]["reason"]


def test_controls_are_prefixes_bit_by_bit() -> None:
    long = np.linspace(1, 0.1, 200)
    runs = {b: {seed: long[:b] * (1 + seed) for seed in SEEDS} for b in BUDGETS}
    same = Evidence(CurveSet.from_seeds("OSC_LSTM", "N", "loss", runs))
    assert claims({"N": Reproduction(same)})["trivial control", "N"]["verdict"] == "holds"
    runs[100][231] = np.nextafter(runs[100][231], 2)
    other = Reproduction(Evidence(CurveSet.from_seeds("OSC_LSTM", "N", "loss", runs)))
    assert prefixes(other) == {seed: seed != 231 for seed in SEEDS}
    assert claims({"N": other})["trivial control", "N"]["verdict"] == "undecided"


def test_a_diverged_seed_counts_for_nothing() -> None:
    shapes = {"P": 0.03, "C": 0.04, "H": 0.02, "EH": 0.001}
    pairs = {code: shaped(code, s) for code, s in shapes.items()}
    runs = {b: dict(by_seed) for b, by_seed in pairs["EH"].evidence.curves.seeds.items()}
    runs[200][89] = runs[200][89][:17]
    cut = Reproduction(Evidence(CurveSet.from_seeds("OSC_LSTM", "EH", "loss", runs)))
    rows = claims({**pairs, "EH": cut})
    for key in (LOWEST, ("improves with the budget", "EH"), ("power-law exponent", "EH")):
        assert rows[key]["verdict"] == "incomparable"
        assert "89 at budget 200" in rows[key]["reason"]
        assert rows[key]["seeds"] == 4


def test_claims_not_run_have_no_value_of_ours() -> None:
    rows = Claims(PUBLISHED, {}, BUDGETS).rows([MODEL])
    assert {row["ours"] for row in rows} == {""}


def factors(*values: float) -> Reproduction:
    """EH's published final values, each times its factor."""
    finals = {
        budget: list(np.roll(around(factor * value, 0.02), place))
        for place, ((budget, value), factor) in enumerate(
            zip(published_finals(MODEL, "EH").items(), values, strict=True)
        )
    }
    return Reproduction(evidence(MODEL, "EH", finals))


def fits(today: Reproduction, legacy: Reproduction) -> dict:
    """The verdict on which EH was published."""
    pairs = {(MODEL, "EH"): today, (MODEL, "EH-legacy"): legacy.named("EH-legacy")}
    judge = Judge(pairs, MARGINS, BUDGETS)
    (row,) = which_eh.rows(judge, NUMBERS, [MODEL])
    return row


FITS, ONE, TWO = factors(1, 1, 1, 1), factors(3, 1, 1, 1), factors(3, 3, 1, 1)


@pytest.mark.parametrize(
    ("today", "legacy", "verdict"),
    [
        (TWO, FITS, "holds"),
        (TWO, ONE, "holds"),
        (FITS, TWO, "contradicted"),
        (ONE, FITS, "undecided"),
        (TWO, TWO, "undecided"),
    ],
)
def test_which_eh_was_published(today: Reproduction, legacy: Reproduction, verdict: str) -> None:
    """One miss of four is chance; two are not."""
    assert fits(today, legacy)["verdict"] == verdict


def test_which_eh_compares_the_same_numbers() -> None:
    part = replace(FITS, evidence=FITS.evidence.at((50, 100, 150)))
    row = fits(TWO, part)
    assert row["verdict"] == "incomparable" and "200" in row["reason"]


def test_which_eh_needs_both() -> None:
    judge = Judge({(MODEL, "EH"): Reproduction(like_published(MODEL, "EH"))}, MARGINS, BUDGETS)
    (row,) = which_eh.rows(judge, NUMBERS, [MODEL])
    assert row["verdict"] == "not run" and "EH-legacy" in row["reason"]
    deviating = Reproduction(like_published(MODEL, "EH"), ["trials"])
    pairs = {(MODEL, code): deviating.named(code) for code in ("EH", "EH-legacy")}
    (row,) = which_eh.rows(Judge(pairs, MARGINS, BUDGETS), NUMBERS, [MODEL])
    assert row["verdict"] == "incomparable"


def findings(curves: dict, runs: Mapping | None = None) -> dict[str, str]:
    sources = findings_of.Sources(
        published=PUBLISHED,
        curves=curves,
        runs=runs or {},
        claims=[],
        judged=100,
        tuning_seeds=(89,),
        settings={},
    )
    rows = caveats.rows(sources)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    return {row["title"]: row["finding"] for row in rows}


def test_caveats_are_computed_from_the_authors_curves(published_curves) -> None:
    paths = sorted(published_curves.glob("*.csv"))
    texts = findings(by_label(map(read_exported, paths)))
    worst = texts["One seed can dominate a mean"]
    assert "OSC_LSTM P at 150 83%" in worst and "OSC_LSTM N at 200 87%" in worst
    assert "0.278" in worst and "0.955" in worst
    raw = texts["SLCD of raw losses has no meaning"]
    assert "24 of 48" in raw and "-0.0412" in raw
    free = texts["N and E are insensitive to the budget by definition"]
    assert "OSC_LSTM N" in free and "OSC_LSTM E" in free
    assert "multiples of 1e-4" in texts["SimpleCNN was validated on all 10,000 test images"]
    assert "not multiples" not in texts["SimpleCNN was validated on all 10,000 test images"]
    assert "P and C beat both" in texts["TraONet's H and EH were run anew, its rivals were not"]


def test_caveats_without_curves_say_so_and_look_at_the_run() -> None:
    finals = {b: [1e-9, 1e-9, 1e-9, 1e-9, 1e-6] for b in BUDGETS}
    runs = {(MODEL, code): Reproduction(evidence(MODEL, code, finals)) for code in RIVALS}
    texts = findings({}, runs)
    assert findings_of.NO_CURVES in texts["SLCD of raw losses has no meaning"]
    assert "LSTM P at 100 100%" in texts["One seed can dominate a mean"]
    shared = texts["Tuning and comparison share seeds and validation data"]
    assert shared == "In this run 1 of 5 seeds also tuned: 89."
    others = replace(runs[MODEL, "P"], evidence=evidence(MODEL, "P", finals, seeds=(1, 2, 3, 4, 5)))
    shared = findings({}, {(MODEL, "P"): others})[
        "Tuning and comparison share seeds and validation data"
    ]
    assert shared == "In this run 0 of 5 seeds also tuned."


def test_a_single_budget_or_file_leaves_a_caveat_untold() -> None:
    short = CurveSet.from_seeds("OSC_LSTM", "P", "loss", {50: {1: np.linspace(1, 0.1, 50)}})
    texts = findings({("OSC_LSTM", "P"): short})
    for title in (
        "SLCD of raw losses has no meaning",
        "SimpleCNN was validated on all 10,000 test images",
        "N and E are insensitive to the budget by definition",
    ):
        assert findings_of.NO_CURVES in texts[title]
    assert "not run" in texts["DeepONet's bias was probably never trained"]
    assert "no studies" in texts["Tuning and comparison share seeds and validation data"]
