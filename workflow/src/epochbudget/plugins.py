"""Schedules from outside of the package, named in the configuration (`plugins`).

A plug-in is a function `get_lr(epoch, total_epochs, base_lr, config) -> float`, called once an
epoch (from 0 on), or a class, called as `Class(optimizer, total_epochs, steps_per_epoch, config)`,
whose objects are torch schedulers; or it is composed of methods (`epochbudget.compositions`). It
becomes a method like those of the registry, by the code under which it is configured. `config`
holds its own settings and hyperparameters, and as `arch` and `dataset` what is trained (both empty
where nothing is, as in figures of schedules).

Snakemake imports this module each time, so it reads a plug-in's source and runs none of it.
"""

import ast
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget.compositions import check_budgets, composed, kind_of
from epochbudget.digest import source_digest
from epochbudget.errors import UserError
from epochbudget.files import canonical_json, text_digest
from epochbudget.methods.base import Family, Method, Param, Setting

if TYPE_CHECKING:
    from epochbudget.tasks.base import Task

VARIABLE = "EPOCHBUDGET_PLUGINS"
GROUP = "epochbudget.schedules"
"""Group of the entry points by which installed packages offer schedules."""
FAMILY: Family = "Plug-in"
FIRST = 1000
"""Place of the first plug-in in tables and figures: behind the registry's methods."""
ANY = Setting(float, "a finite number", lambda value: abs(value) < float("inf"))


@dataclass(frozen=True)
class Source:
    """Where a plug-in is defined.

    Attributes:
        path: File of the module.
        name: Name of the function or class in it.
        is_class: Whether it is a class.
        flags: Its class attributes that are true or false: `per_batch` (it steps after every
            batch), `feedback` (it is told the validation loss), `budget_free` (its rates do not
            depend on the budget, so a short run is a prefix of a longer one).
        digest: Digest of the module's code and of what it imports from this package.
    """

    path: Path
    name: str
    is_class: bool
    flags: Mapping[str, bool]
    digest: str


def export(plugins: Mapping[str, Mapping[str, Any]]) -> None:
    """Make plug-ins methods, here and in the processes that start from here.

    Args:
        plugins: As in the configuration: code of the method -> its section.
    """
    from epochbudget import registry

    os.environ[VARIABLE] = canonical_json(plugins)
    registry.methods.cache_clear()


def plugged_in(own: Mapping[str, Method]) -> list[Method]:
    """The plug-ins as methods.

    Args:
        own: The registry's methods, of which some may be composed.

    Raises:
        UserError: If one cannot be found.
    """
    given: dict[str, Any] = json.loads(os.environ.get(VARIABLE, "{}"))
    found = [
        method_of(code, plugin)
        if kind_of(code, plugin) == "schedule"
        else composed(code, plugin, own)
        for code, plugin in given.items()
    ]
    return [replace(method, order=FIRST + place) for place, method in enumerate(found)]


def method_of(code: str, plugin: Mapping[str, Any]) -> Method:
    """One plug-in as a method.

    Args:
        code: Its code.
        plugin: Its section of the configuration: `schedule` and perhaps `name`, `config`, `search`.

    Raises:
        UserError: If it cannot be found; the message names the key.
    """
    source = located(f"plugins.{code}.schedule", plugin["schedule"])
    config, search = plugin.get("config", {}), plugin.get("search", {})
    numbers = {name: value for name, value in config.items() if not isinstance(value, str)}
    space = tuple(Param(name=name, **bounds) for name, bounds in search.items())
    defaults = {**{param.name: _middle(param) for param in space}, **numbers}
    scheduler = partial(_scheduler, code, source, config)
    return Method(
        code=code,
        name=plugin.get("name") or code,
        family=FAMILY,
        order=FIRST,
        scheduler=partial(scheduler, {"arch": "", "dataset": ""}),
        for_task=lambda task: partial(scheduler, _context(task)),
        search=lambda epochs, steps_per_epoch: space,
        settings={name: ANY for name in (*numbers, *search) if name != "lr"},
        defaults=defaults,
        per_batch=source.flags.get("per_batch", False),
        feedback=source.flags.get("feedback", False),
        budget_free=lambda hyperparameters: source.flags.get("budget_free", False),
        module="epochbudget.schedules.plugin",
        source=text_digest(canonical_json([source.digest, source.name, config])),
    )


def _middle(param: Param) -> float:
    """The middle of a range: the default of what is searched, and has no other."""
    middle = sqrt(param.low * param.high) if param.log else (param.low + param.high) / 2
    return round(middle) if param.step else middle


def _context(task: "Task") -> dict[str, str]:
    return {"arch": task.section.lower(), "dataset": task.dataset}


def _scheduler(
    code: str,
    source: Source,
    config: Mapping[str, Any],
    context: Mapping[str, str],
    *arguments: Any,
) -> Any:
    from epochbudget.schedules.plugin import scheduler  # torch

    return scheduler(f"plugins.{code}", source.path, source.name, {**context, **config}, *arguments)


def located(key: str, schedule: str) -> Source:
    """Find a plug-in without running its code.

    Args:
        key: What messages call it.
        schedule: FILE.py:NAME, or the name of an installed entry point.

    Raises:
        UserError: If there is no such file, entry point, function or class.
    """
    path, _, name = schedule.rpartition(":") if ":" in schedule else _entry_point(key, schedule)
    try:
        text = Path(path).read_text(encoding="utf-8")
        tree = ast.parse(text)
    except OSError as error:
        raise UserError(
            f"{key}: {path} cannot be read ({error.strerror})",
            "give FILE.py:NAME, the file relative to the working folder",
        ) from error
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{key}: {path} is no Python file ({error})", "correct it") from error
    defined = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    if name not in defined:
        raise UserError(
            f"{key}: {path} defines no {name!r}; its functions and classes are "
            f"{', '.join(defined) or 'none'}",
            "give FILE.py:NAME",
        )
    found = defined[name]
    is_class = isinstance(found, ast.ClassDef)
    return Source(Path(path), name, is_class, _flags(found), source_digest(text))


def _flags(node: ast.FunctionDef | ast.ClassDef) -> dict[str, bool]:
    """Names that the body of a class sets to true or false."""
    return {
        target.id: statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name) and isinstance(statement.value.value, bool)
    }


def _entry_point(key: str, name: str) -> tuple[str, str, str]:
    """(file, "", name) of an installed entry point."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        raise UserError(
            f"{key}: found {name!r}, allowed is FILE.py:NAME or an entry point of the group "
            f"{GROUP}; installed are {', '.join(sorted(offered)) or 'none'}",
            "install the package, or give the file",
        )
    spec = find_spec(offered[name].module)
    return str(spec.origin if spec else offered[name].module), "", offered[name].attr


def try_out(
    code: str, task: "Task", hyperparameters: Mapping[str, float], budgets: Sequence[int]
) -> None:
    """Ask a plug-in for the rate of every epoch of some budgets, if it is a function.

    Raises:
        UserError: If it fails, or gives no learning rate; if a composition has no parts there.
    """
    from epochbudget.plugin_calls import loaded, rate
    from epochbudget.registry import methods

    plugin = json.loads(os.environ[VARIABLE])[code]
    if kind_of(code, plugin) != "schedule":
        check_budgets(code, plugin, budgets)
        return
    key = f"plugins.{code}"
    source = located(f"{key}.schedule", plugin["schedule"])
    if source.is_class:
        return
    function = loaded(key, source.path, source.name)
    config = {**_context(task), **plugin["config"], **methods()[code].defaults, **hyperparameters}
    lr = config.pop("lr")
    ends = [{n: bounds[end] for n, bounds in plugin["search"].items()} for end in ("low", "high")]
    for searched in ({}, *ends):
        for budget in budgets:
            for epoch in range(budget):
                rate(key, function, epoch, budget, lr, {**config, **searched})
