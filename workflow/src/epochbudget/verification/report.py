"""The verification report: one HTML page that needs nothing beside itself."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from epochbudget.pages import assets, page_environment
from epochbudget.published.values import SCHEDULE
from epochbudget.verification.statistics import JUDGED

Row = Mapping[str, Any]

NUMBER_VERDICTS = {
    "reproduced": "inside the 95 % interval, and any difference is within the margin",
    "consistent": "inside the interval, but too uncertain to exclude more than the margin",
    "different but small": "outside the interval, yet within the margin",
    "not reproduced": "outside the interval, and not shown to be within the margin",
    "incomparable": "another protocol, a seed that diverged, or fewer than 5 seeds",
    "not run": "nothing of ours to compare",
}
CLAIM_VERDICTS = {
    "holds": "true in every seed",
    "contradicted": "one rival wins, or the claim is false, in every seed",
    "direction only": "true of the means, not of every seed",
    "undecided": "no clear answer from the seeds",
    "incomparable": "another protocol, a seed that diverged, or fewer than 5 seeds",
    "not run": "nothing of ours to compare",
}

# Symbol and tone (a class of the style sheet) of each word; the word itself is always there too.
_MARKS = {
    "reproduced": ("✓", "good"),
    "holds": ("✓", "good"),
    "yes": ("✓", "good"),
    "consistent": ("◐", "fair"),
    "direction only": ("◐", "fair"),
    "different but small": ("△", "near"),
    "undecided": ("◇", "near"),
    "not reproduced": ("✗", "bad"),
    "contradicted": ("✗", "bad"),
    "no": ("✗", "bad"),
    "incomparable": ("⊘", "void"),
    "not run": ("○", "none"),
}

# Family (a table of the paper) and part of it (a column) of each quantity.
_QUANTITIES = {
    "final_val_loss": ("Final validation loss", ""),
    "final_accuracy": ("Final accuracy", ""),
    "percent_improvement_mean": ("Improvement per step in %", "mean"),
    "percent_improvement_std": ("Improvement per step in %", "sd"),
    "accuracy_gain_mean": ("Accuracy gain per step", "mean"),
    "accuracy_gain_std": ("Accuracy gain per step", "sd"),
    "power_regression_A": ("Power regression", "A"),
    "power_regression_B": ("Power regression", "B"),
    "power_regression_R2": ("Power regression", "R²"),
    "power_regression_adjR2": ("Power regression", "adjusted R²"),
    "power_regression_p": ("Power regression", "p"),
    "slcd": ("SLCD", ""),
    "early_lr_area_difference_percent": ("Early learning-rate area difference in %", ""),
}


def render(report: Mapping[str, Any], templates: Path) -> str:
    """The report as one HTML page, the same bytes for the same input.

    Args:
        report: `run` is its name; `facts` (name -> text) and `published` (word -> count, or None)
            stand in the head; `peers_claim` is text; `protocol` and `rule` are lists of text;
            `verdicts`, `claims`, `peers`, `caveats`, `closed_forms`, `missing` and `margins` are
            lists of rows whose values are text, numbers or None; `provenance` is a list of tables
            {title, rows}.
        templates: Folder of `report.html.j2` and the files that stand beside it.

    Raises:
        jinja2.UndefinedError, KeyError: If a row lacks a key.
    """
    environment = page_environment(templates, finalize=_text)
    environment.filters |= {
        "budgets": _budgets,
        "exact": _exact,
        "interval": _interval,
        "percent": lambda share: f"{100 * share:.0f} %" if _exact(share) else "",
        "quantity": _quantity,
    }
    numbers = report["verdicts"]
    return environment.get_template("report.html.j2").render(
        report=report,
        **assets(templates, "report"),
        marks=_MARKS,
        meanings={"number": NUMBER_VERDICTS, "claim": CLAIM_VERDICTS},
        statement=_statement(numbers, report["protocol"]),
        counts=_counts(numbers, NUMBER_VERDICTS),
        claim_counts=_counts(report["claims"], CLAIM_VERDICTS),
        by_model=_by_model(numbers),
        paper=_paper(numbers),
        filters=_filters(numbers),
        margins=[{**row, "quantity": _quantity(row)} for row in report["margins"]],
        totals={name: _total(report["missing"], name) for name in ("epochs", "hours")},
    )


def _text(value: Any) -> Any:
    """What the page shows of a value: floats in four significant digits, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, int) and value >= 10_000:
        return f"{value:,}"
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return "not finite"
    return format(value, "#.4g").rstrip(".") if value else "0"


def _exact(value: Any) -> str:
    """A number in full precision for sorting, blank when there is none."""
    return repr(value) if isinstance(value, int | float) and math.isfinite(value) else ""


def _interval(row: Row) -> str:
    """The interval, to be broken between its ends where it is broken."""
    low, high = row["low"], row["high"]
    if _exact(low) == "" or _exact(high) == "":
        return ""
    return f"{_text(low)} …\n{_text(high)}"


def _budgets(row: Row) -> str:
    both = (row["budget"], row["other_budget"])
    return " vs ".join(str(budget) for budget in both if budget not in (None, ""))


def _quantity(row: Row) -> str:
    """A quantity in words."""
    family, part = _QUANTITIES.get(row["quantity"], (_text(row["quantity"]), ""))
    return f"{family}: {part}" if part else family


def _counts(rows: Iterable[Row], verdicts: Iterable[str]) -> dict[str, int]:
    """How many rows have each verdict; one that is none of `verdicts` comes last."""
    found = Counter(_text(row["verdict"]) for row in rows)
    return {word: found.get(word, 0) for word in (*verdicts, *found)}


def _by_model(rows: Sequence[Row]) -> dict[Any, dict[str, int]]:
    """Counts of the verdicts of each model, all with the same columns."""
    columns = _counts(rows, NUMBER_VERDICTS)
    models = dict.fromkeys(row["model"] for row in rows)
    return {
        model: _counts((row for row in rows if row["model"] == model), columns) for model in models
    }


def _paper(rows: Iterable[Row]) -> dict[Any, dict[str, dict[str, Any]]]:
    """The paper's tables: model, then family, then methods by columns.

    A cell holds the row and its place, by which the page links to its reason.
    """
    models: dict[Any, dict[str, dict[str, Any]]] = {}
    for place, row in enumerate(rows):
        family, part = _QUANTITIES.get(row["quantity"], (_text(row["quantity"]), ""))
        tables = models.setdefault(row["model"], {})
        table = tables.setdefault(family, {"columns": {}, "methods": {}})
        column = " ".join(filter(None, (part, _budgets(row))))
        table["columns"][column] = None
        table["methods"].setdefault(row["scheduler"], {})[column] = (place, row)
    # Narrow tables first: they then share a line.
    order = {family: place for place, (family, _) in enumerate(_QUANTITIES.values())}
    return {
        model: dict(sorted(tables.items(), key=lambda item: order.get(item[0], len(order))))
        for model, tables in models.items()
    }


def _filters(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """What each filter of the long table offers, in the order of the rows."""
    return {
        "model": _distinct(row["model"] for row in rows),
        "quantity": _distinct(_quantity(row) for row in rows),
        "method": _distinct(row["scheduler"] for row in rows),
        "verdict": [word for word, count in _counts(rows, NUMBER_VERDICTS).items() if count],
    }


def _distinct(values: Iterable[Any]) -> list[Any]:
    return [value for value in dict.fromkeys(values) if value not in (None, "")]


def _total(rows: Iterable[Row], name: str) -> Any:
    """The sum of a column, None when a value is not known."""
    values = [row[name] for row in rows]
    return None if None in values else sum(values)


def _statement(rows: Sequence[Row], protocol: Sequence[str]) -> str:
    """What this run can say about the paper, in words that promise no more than was judged."""
    start = f"This run {'deviates from' if protocol else 'follows'} the paper's protocol"
    untrained = [row for row in rows if row["model"] == SCHEDULE]
    trained = [row for row in rows if row["model"] != SCHEDULE]
    judged, judged_untrained = (
        sum(row["verdict"] in JUDGED for row in part) for part in (trained, untrained)
    )
    said = f"{judged} of {len(trained)} trained numbers are" if judged else "no trained number is"
    statement = f"{start}; {said} judged."
    reproduced = sum(row["verdict"] == "reproduced" for row in untrained)
    if judged_untrained:
        statement += (
            f" Of the {len(untrained)} numbers of the schedules alone, which need no training, "
            f"{judged_untrained} are judged and {reproduced} of these are reproduced."
        )
    return statement
