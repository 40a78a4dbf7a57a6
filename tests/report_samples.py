"""Made-up verification reports: full, demo-like, empty and hostile."""

import math
import random
from collections.abc import Iterator
from typing import Any

from epochbudget.verification.report import CLAIM_VERDICTS, NUMBER_VERDICTS

METHODS = ("N", "P", "C", "E", "H", "EH")
BUDGETS = (50, 100, 150, 200)
PAIRS = tuple((a, b) for a in BUDGETS for b in BUDGETS if a < b)
REGRESSION = tuple(f"power_regression_{part}" for part in ("A", "B", "R2", "adjR2", "p"))
LISTS = (
    "peers",
    "protocol",
    "verdicts",
    "claims",
    "caveats",
    "closed_forms",
    "missing",
    "margins",
    "rule",
)


def empty() -> dict[str, Any]:
    lists: dict[str, Any] = {name: [] for name in (*LISTS, "provenance")}
    return {"run": "demo", "facts": {}, "published": None, "peers_claim": "", **lists}


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
