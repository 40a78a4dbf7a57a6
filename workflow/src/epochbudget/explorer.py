"""The schedule explorer: one HTML page that computes and draws learning rates by itself.

A method is on it when a file stands beside its module that gives its rate in JavaScript:
`methods/cosine.js` beside `methods/cosine.py`. It defines `schedule(hyperparameters, budget,
stepsPerEpoch)`, which returns a function of the epoch (of the optimizer step for a method that
steps after every batch) and throws a `UserError` where the method would raise one. What several of
them share is `schedules.js` among the templates.
"""

import struct
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from epochbudget.files import canonical_json, text_digest
from epochbudget.methods.base import Method, Setting
from epochbudget.metrics.learning_rates import BUDGETS, SETTINGS
from epochbudget.registry import methods
from epochbudget.schedule_command import DEFAULT_INFIMUM_LR
from epochbudget.settings import RATE, WHOLE

PACKAGE = Path(__file__).parent
TEMPLATE = "explorer.html.j2"
SCRIPTS = ("schedules.js", "explorer_plot.js")
"""Scripts that stand before the page's own."""
TEMPLATES = (TEMPLATE, "page.css", "explorer.css", *SCRIPTS, "explorer.js")
"""Files of the page, in workflow/report."""
START = ("C", "H")
"""Methods that the page shows first: the paper's point at its own settings."""
MOST_BUDGETS = 12
_PROBES = (0.5, 1, 2, 10, 1000)
"""Numbers, one of which every setting is expected to accept."""


def page(templates: Path) -> str:
    """The page, the same bytes for the same methods.

    Args:
        templates: Folder of `TEMPLATES`.
    """
    from epochbudget.pages import assets, page_environment  # imports jinja2

    described, forms = describe(), _forms()
    families: dict[str, list[Mapping[str, Any]]] = {}
    fields: dict[str, str] = {}
    for method in described.values():
        families.setdefault(method["family"], []).append(method)
        if method["code"] in forms:
            fields |= {name: setting["kind"] for name, setting in method["settings"].items()}
    template = page_environment(templates).get_template(TEMPLATE)
    return template.render(
        **assets(templates, "explorer"),
        scripts={name: (templates / name).read_text(encoding="utf-8") for name in SCRIPTS},
        families=families,
        fields=fields,
        forms=forms,
        start={"codes": START, "budgets": BUDGETS, "settings": SETTINGS},
        data={"methods": described, "whole": _setting(WHOLE), **_styles()},
    )


def digest() -> str:
    """Digest of all that the page tells of methods; their modules' code is not part of it.

    Nothing of plug-ins is run: their source stands for their rates.
    """
    sources = {code: method.source for code, method in methods().items()}
    return text_digest(
        canonical_json([describe(), _own_forms(), sources, START, BUDGETS, SETTINGS])
    )


def describe() -> dict[str, dict[str, Any]]:
    """What the page knows of each method, by code, as JSON values."""
    return {
        code: {
            "code": code,
            "name": method.name,
            "family": method.family,
            "per_batch": method.per_batch,
            "lr_free": method.lr_free,
            "feedback": method.feedback,
            "settings": {name: _setting(setting) for name, setting in _settings(method).items()},
            "defaults": _defaults(method),
        }
        for code, method in methods().items()
        if not method.steering
    }


def _settings(method: Method) -> dict[str, Setting]:
    return {**({} if method.lr_free else {"lr": RATE}), **method.settings}


def _defaults(method: Method) -> dict[str, float]:
    infimum = {"infimum_lr": DEFAULT_INFIMUM_LR} if "infimum_lr" in method.settings else {}
    return {**infimum, **method.defaults}


def _forms() -> dict[str, str]:
    """The JavaScript of each method that has one, and tables of plug-ins, by code."""
    from epochbudget.explorer_tables import form

    plugged = {c: m for c, m in methods().items() if m.source and not m.feedback}
    start = {"infimum_lr": SETTINGS["infimum_lr"]}  # as the page starts
    return {**_own_forms(), **{c: form(m, {**start, **m.defaults}) for c, m in plugged.items()}}


def _own_forms() -> dict[str, str]:
    """The JavaScript files of methods, by code."""
    paths = {
        code: PACKAGE.parent.joinpath(*method.module.split(".")).with_suffix(".js")
        for code, method in methods().items()
    }
    return {c: path.read_text(encoding="utf-8") for c, path in paths.items() if path.is_file()}


def _setting(setting: Setting) -> dict[str, Any]:
    low, high = bounds(setting)
    kind = setting.kind.__name__
    required = setting is RATE
    return {
        "kind": kind,
        "allowed": setting.allowed,
        "low": low,
        "high": high,
        "required": required,
    }


def bounds(setting: Setting) -> tuple[float | None, float | None]:
    """The smallest and the largest number that a setting accepts; None for an infinite one.

    A setting tells its bounds only by accepting values or not, so they are searched, by bisection
    over all floats. Of a setting that accepts none of a few usual numbers nothing is known.
    """
    inside = next((probe for probe in _PROBES if setting.accepts(probe)), None)
    if setting.kind is bool or inside is None:
        return None, None
    low, high = _edge(setting, inside, -inf), _edge(setting, inside, inf)
    return (None if low == -inf else low), (None if high == inf else high)


def _edge(setting: Setting, inside: float, end: float) -> float:
    """The last accepted number on the way from an accepted one to `end`."""
    accepted, other = _place(inside), _place(end)
    if setting.accepts(end):
        return end
    while abs(other - accepted) > 1:
        middle = (accepted + other) // 2
        if setting.accepts(_float(middle)):
            accepted = middle
        else:
            other = middle
    return _float(accepted)


def _place(value: float) -> int:
    """The place of a float among all floats: a whole number in the same order."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def _float(place: int) -> float:
    """The float in that place."""
    value: float = struct.unpack("<d", struct.pack("<q", abs(place)))[0]
    return value if place >= 0 else -value


def _styles() -> dict[str, Any]:
    """Looks of methods, and of budgets by how many there are, as the figures have them."""
    from epochbudget.figures.drawing.style import method_style, ordered_styles
    from epochbudget.figures.drawing.vector import look

    return {
        "looks": {code: look(method_style(code)) for code in methods()},
        "budget_looks": [
            [look(style) for style in ordered_styles(list(range(count))).values()]
            for count in range(MOST_BUDGETS + 1)
        ],
    }
