"""Checks that concern several keys of the configuration at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from epochbudget import registry
from epochbudget.errors import UserError
from epochbudget.settings import RATE

if TYPE_CHECKING:
    from epochbudget.config.models import Config, Range


def check(config: "Config") -> None:
    """Raise UserError for the first thing that cannot be run as configured."""
    _distinct("models", config.models)
    _known("models", config.models, registry.tasks())
    _distinct("optimizers", config.optimizers)
    _methods(config)
    for key, seeds in (("seeds", config.seeds), ("study.seeds", config.study.seeds)):
        _distinct(key, seeds)
    _distinct("budgets", config.budgets)
    if list(config.budgets) != sorted(config.budgets):
        raise UserError(
            f"budgets: found {list(config.budgets)}, allowed is an ascending list of epochs",
            f"write {sorted(config.budgets)}",
        )
    _searches(config)
    for code, values in config.hyperparameters.items():
        _hyperparameters(config, code, values)
    if config.mode == "compare":
        _defaults(config)


def _methods(config: "Config") -> None:
    known = registry.methods()
    _distinct("methods", config.methods)
    _known("methods", config.methods, known)
    _known("methods_by_model", config.methods_by_model, registry.tasks())
    for label, codes in config.methods_by_model.items():
        if codes is None:
            continue
        _distinct(f"methods_by_model.{label}", codes)
        _known(f"methods_by_model.{label}", codes, known)
    _known("study.search", config.study.search, known)
    _known("hyperparameters", config.hyperparameters, known)


def _distinct(key: str, values: Sequence[Any]) -> None:
    """A list must have entries, and each only once."""
    if not values:
        raise UserError(f"{key}: found an empty list, allowed is at least one entry", f"fill {key}")
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise UserError(
            f"{key}: found {repeated[0]!r} twice, allowed is each entry once",
            f"remove one of them from {key}",
        )


def _known(key: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    """Every name must be in the registry."""
    unknown = [name for name in names if name not in allowed]
    if unknown:
        raise UserError(
            f"{key}: found {unknown[0]!r}, allowed are {', '.join(allowed)}",
            "names are case-sensitive; a new one is a new file, see CONTRIBUTING.md",
        )


def _searches(config: "Config") -> None:
    """Ranges must be ranges of hyperparameters that the method searches, and be usable."""
    _range("study.lr", config.study.lr)
    for code, ranges in config.study.search.items():
        method = registry.methods()[code]
        names = [p.name for p in method.search(config.study.epochs, 1)]
        names += [] if method.lr_free else ["lr"]
        for name, bounds in ranges.items():
            key = f"study.search.{code}.{name}"
            if name not in names:
                raise UserError(
                    f"{key}: found {name!r}, allowed are {', '.join(names) or 'none'}",
                    f"{method.name} searches nothing else",
                )
            _range(key, bounds)
    if config.mode != "compare":
        _searched_bounds(config)


def _range(key: str, bounds: "Range") -> None:
    if not bounds.low <= bounds.high or (bounds.log and bounds.low <= 0):
        raise UserError(
            f"{key}: found low {bounds.low}, high {bounds.high}, allowed is low <= high"
            f"{' and low > 0' if bounds.log else ''}",
            f"correct {key}",
        )


def _searched_bounds(config: "Config") -> None:
    """Every point of the search space must be a valid schedule at every budget."""
    longest = max(*config.budgets, config.study.epochs)
    for code in _codes(config):
        method = registry.methods()[code]
        ranges = config.study.search.get(code, {})
        space = {p.name: p for p in method.search(config.study.epochs, 1)}
        lr = ranges.get("lr", config.study.lr)
        if "upper_bound" in space:
            low = ranges.get("upper_bound", space["upper_bound"]).low
            _upper_bound(f"study.search.{code}.upper_bound.low", low, longest)
        if "infimum_lr" in space:
            high = ranges.get("infimum_lr", space["infimum_lr"]).high
            # Equal bounds are the paper's (1e-4): a draw of both is infinitely unlikely.
            if high > lr.low:
                _infimum(f"study.search.{code}.infimum_lr.high", high, lr.low)
        elif "infimum_lr" in method.settings:
            _infimum("infimum_lr", config.infimum_lr, lr.low)


def _codes(config: "Config") -> list[str]:
    """Codes that the configured models use."""
    lists = [config.methods_of(label) for label in config.models]
    return [code for code in registry.methods() if any(code in codes for codes in lists)]


def _upper_bound(key: str, upper_bound: float, longest: int) -> None:
    if upper_bound < longest:
        raise UserError(
            f"{key}: found upper_bound {upper_bound:g}, allowed is at least the longest budget, "
            f"{longest}",
            "raise upper_bound or shorten budgets",
        )


def _infimum(key: str, infimum_lr: float, lr: float) -> None:
    if infimum_lr >= lr:
        raise UserError(
            f"{key}: found infimum_lr {infimum_lr:g}, allowed is less than lr, {lr:g}",
            "lower infimum_lr or raise lr",
        )


def _hyperparameters(config: "Config", code: str, values: dict[str, float | bool]) -> None:
    """Given hyperparameters must be the method's own."""
    method = registry.methods()[code]
    allowed = (*(() if method.lr_free else ("lr",)), *method.settings)
    _known(f"hyperparameters.{code}", values, allowed)
    for name, value in values.items():
        setting = RATE if name == "lr" else method.settings[name]
        setting.checked(f"hyperparameters.{code}.{name}", value)


def _defaults(config: "Config") -> None:
    """Default and given hyperparameters must be a valid schedule at every budget."""
    tasks = config.tasks
    for label in config.models:
        section = registry.tasks()[label].section
        default_lr = getattr(tasks, section).lr
        for code in config.methods_of(label):
            method = registry.methods()[code]
            given = config.hyperparameters.get(code, {})
            values = {"infimum_lr": config.infimum_lr, **method.defaults, **given}
            lr = given.get("lr", default_lr * method.default_lr_factor)
            if "infimum_lr" in method.settings:
                _infimum(f"infimum_lr ({code} on {label})", values["infimum_lr"], lr)
            if "upper_bound" in method.settings:
                key = f"hyperparameters.{code}.upper_bound"
                _upper_bound(key, values["upper_bound"], max(config.budgets))
