"""Schedules composed in the configuration: a list of methods, one after the other or multiplied.

Snakemake imports this module each time, so it imports no torch.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from epochbudget.digest import code_digest
from epochbudget.errors import UserError
from epochbudget.files import canonical_json, text_digest
from epochbudget.methods.base import INFIMUM_LR, Method
from epochbudget.methods.milestones import Part, ends, is_budget_free

KINDS = ("sequential", "chained")


def kind_of(code: str, plugin: Mapping[str, Any]) -> str:
    """Which of `schedule`, `sequential` and `chained` a section of `plugins` gives.

    Raises:
        UserError: If it is not exactly one of them.
    """
    given = [kind for kind in ("schedule", *KINDS) if plugin.get(kind)]
    if len(given) != 1:
        raise UserError(
            f"plugins.{code}: found {' and '.join(given) or 'none of them'}, allowed is exactly one"
            " of schedule, sequential, chained",
            "a list of parts, such as sequential: [{method: LW}, {method: C}]",
        )
    return given[0]


def composed(code: str, plugin: Mapping[str, Any], own: Mapping[str, Method]) -> Method:
    """A composition as a method.

    Args:
        code: Its code.
        plugin: Its section of the configuration: `sequential` with `milestones`, or `chained`.
        own: The registry's methods, which can be its parts.

    Raises:
        UserError: If a part or a milestone is not allowed; the message names the key.
    """
    kind = kind_of(code, plugin)
    key = f"plugins.{code}.{kind}"
    parts = [_part(f"{key}[{n}]", part, own) for n, part in enumerate(plugin[kind])]
    milestones = _milestones(code, plugin, len(parts)) if kind == "sequential" else None
    if unused := [name for name in _unused(kind) if plugin.get(name)]:
        raise UserError(
            f"plugins.{code}: found {unused[0]}, allowed with {kind} are name and "
            f"{'milestones' if kind == 'sequential' else 'nothing else'}",
            f"remove {unused[0]}; a part's hyperparameters stand in the part",
        )
    per_batch = any(method.per_batch for method, _ in parts)
    searched = [method for method, given in parts if "infimum_lr" in method.settings.keys() - given]
    code_of_parts = code_digest(*sorted({method.module for method, _ in parts}))
    return Method(
        code=code,
        name=plugin.get("name") or code,
        family="Plug-in",
        order=0,
        scheduler=partial(_scheduler, f"plugins.{code}", parts, milestones, per_batch),
        settings={"infimum_lr": INFIMUM_LR} if searched else {},
        per_batch=per_batch,
        budget_free=partial(is_budget_free, parts, milestones),
        module="epochbudget.schedules.composition",
        source=text_digest(canonical_json([plugin[kind], milestones, code_of_parts])),
    )


def _scheduler(*arguments: Any) -> Any:
    from epochbudget.schedules.composition import scheduler  # torch

    return scheduler(*arguments)


def check_budgets(code: str, plugin: Mapping[str, Any], budgets: Sequence[int]) -> None:
    """Check the milestones of a composition at some budgets.

    Raises:
        UserError: If they descend at one of them.
    """
    for budget in budgets:
        ends(f"plugins.{code}", plugin.get("milestones", ()), budget)


def _part(key: str, part: Mapping[str, Any], own: Mapping[str, Method]) -> Part:
    able = [
        c for c, m in own.items() if m.foreseeable and not (m.own_optimizer or m.steps_optimizer)
    ]
    code = part.get("method")
    if code not in able:
        raise UserError(
            f"{key}.method: found {code!r}, allowed are {', '.join(able)}",
            "a part is the code of a method of the registry and its hyperparameters, such as "
            "{method: E, gamma: 0.9}",
        )
    settings = own[code].settings
    given = {name: value for name, value in part.items() if name != "method"}
    for name, value in given.items():
        if name not in settings:
            raise UserError(
                f"{key}: found {name}, allowed for {code} are {', '.join(settings) or 'none'}",
                "lr is the composition's, for all parts" if name == "lr" else "check its name",
            )
        settings[name].checked(f"{key}.{name}", value)
    return own[code], given


def _milestones(code: str, plugin: Mapping[str, Any], parts: int) -> list[float]:
    """One milestone between each two parts; whole numbers of epochs, or shares of the budget."""
    found = list(plugin.get("milestones", ()))
    wrong = [m for m in found if m <= 0 or (m >= 1 and m != int(m))]
    shares = [m for m in found if m < 1]
    same_kind = len(shares) in (0, len(found))
    if len(found) != parts - 1 or wrong or (same_kind and found != sorted(found)):
        raise UserError(
            f"plugins.{code}.milestones: found {found}, allowed are {parts - 1} ascending numbers "
            f"for {parts} parts: shares of the budget between 0 and 1, or whole numbers of epochs",
            "each part but the first begins at a milestone",
        )
    return found


def _unused(kind: str) -> tuple[str, ...]:
    return ("config", "search") if kind == "sequential" else ("config", "search", "milestones")
