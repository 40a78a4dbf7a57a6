"""Checks that concern several keys of the configuration at once."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochbudget import registry
from epochbudget.config.kinds import LARGEST, shown
from epochbudget.config.optimizers import any_method, check_nesterov
from epochbudget.errors import UserError
from epochbudget.methods.base import Setting
from epochbudget.published.sources import DOWNLOAD
from epochbudget.settings import RATE
from epochbudget.training.run import SGD_SETTINGS

if TYPE_CHECKING:
    from epochbudget.config.models import Config, Range

RESERVED = ("store", "cache", "published", "benchmark", "slurm")


def check(config: "Config") -> None:
    """Raise UserError for the first thing that cannot be run as configured."""
    if config.run in RESERVED:
        raise UserError(
            f"run: found {config.run!r}, allowed is any other name than {', '.join(RESERVED)}",
            "results/ holds folders of these names that belong to no run",
        )
    _folders(config)
    _distinct("models", config.models)
    _known("models", config.models, registry.tasks())
    _known("training.lockstep", config.training.lockstep, registry.tasks())
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
    if any(known.steering for known in map(registry.methods().get, _codes(config)) if known):
        _lode(config)
    _searches(config)
    check_nesterov(config, _codes(config))
    for code, values in config.hyperparameters.items():
        _hyperparameters(config, code, values)
    if config.mode == "compare":
        _defaults(config)


def _folders(config: "Config") -> None:
    """Folders need names that a file system and Snakemake can hold, the authors' must be there."""
    for dataset in registry.datasets():
        section = getattr(config.data, dataset)
        for name, value in section:
            # All text settings of data sets are folders; one that is blank by default is none.
            if isinstance(value, str) and value != type(section).model_fields[name].default:
                _folder(f"data.{dataset}.{name}", value)
    curves = config.published_curves
    if curves in ("", DOWNLOAD):
        return
    _folder("published_curves", curves)
    if not Path(curves).is_dir():
        raise UserError(
            f"published_curves: found {shown(curves)}, allowed is a folder or {DOWNLOAD}",
            "give the path of an existing folder, relative to the working folder",
        )


def _folder(key: str, path: str) -> None:
    """Braces are Snakemake's wildcards; 255 bytes are what file systems give a name."""
    longest = max(len(os.fsencode(part)) for part in path.split("/"))
    if not path.strip() or set(path) & set("{}") or longest > 255 or len(path) > 1000:
        raise UserError(
            f"{key}: found {shown(path)}, allowed is a folder without braces in its name, at most "
            "1000 characters and 255 bytes between slashes",
            "give its path, relative to the working folder",
        )


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
    if not _codes(config):
        raise UserError(
            "methods_by_model: found no method that `methods` lists too, allowed is at least one",
            "list more in methods, or set methods_by_model to null for a model",
        )
    for name, codes in config.groups.items():
        _distinct(f"groups.{name}", codes)
        _known(f"groups.{name}", codes, known)
    _known("study.search", config.study.search, known)
    _known("hyperparameters", config.hyperparameters, known)


def _lode(config: "Config") -> None:
    """LODE learns from schedules that are known before the training."""
    known = registry.methods()
    allowed = [c for c, method in known.items() if method.foreseeable and not method.own_optimizer]
    _known("lode.prior_methods", config.lode.prior_methods, allowed)
    for name in ("prior_methods", "lr_factors", "seeds"):
        _distinct(f"lode.{name}", getattr(config.lode, name))
    if set(config.lode.prior_methods) <= {"N"}:
        raise UserError(
            "lode.prior_methods: found N alone, allowed is a list with a method whose rate changes",
            "add C, for instance: rates that never change teach nothing of what a change does",
        )


def _distinct(key: str, values: Sequence[Any]) -> None:
    """A list must have entries, and each only once."""
    if not values:
        raise UserError(f"{key}: found an empty list, allowed is at least one entry", f"fill {key}")
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise UserError(
            f"{key}: found {shown(repeated[0])} twice, allowed is each entry once",
            f"remove one of them from {key}",
        )


def _known(key: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    """Every name must be in the registry."""
    unknown = [name for name in names if name not in allowed]
    if unknown:
        raise UserError(
            f"{key}: found {shown(unknown[0])}, allowed are {', '.join(allowed)}",
            "names are case-sensitive; a new one is a new file, see CONTRIBUTING.md",
        )


def _searches(config: "Config") -> None:
    """Ranges must be of hyperparameters that the method searches, and hold allowed values only."""
    _range("study.lr", config.study.lr, RATE, whole=False)
    for code, ranges in config.study.search.items():
        method = any_method(config, code)
        params = {p.name: p.step is not None for p in method.search(config.study.epochs, 1)}
        params |= {} if method.lr_free else {"lr": False}
        params |= {name: False for name in SGD_SETTINGS if name in method.settings}
        for name, bounds in ranges.items():
            key = f"study.search.{code}.{name}"
            if name not in params:
                raise UserError(
                    f"study.search.{code}: found {shown(name)}, allowed are "
                    f"{', '.join(params) or 'none'}",
                    f"{method.name} searches nothing else",
                )
            setting = RATE if name == "lr" else method.settings[name]
            _range(key, bounds, setting, whole=params[name])
    if config.mode != "compare":
        _searched_bounds(config)


def _range(key: str, bounds: "Range", setting: Setting, whole: bool) -> None:
    """Both bounds must be allowed values, and a step be there if and only if values are whole."""
    setting.checked(f"{key}.low", bounds.low)
    setting.checked(f"{key}.high", bounds.high)
    if not bounds.low <= bounds.high or (bounds.log and bounds.low <= 0):
        raise UserError(
            f"{key}: found low {bounds.low}, high {bounds.high}, allowed is low <= high"
            f"{' and low > 0' if bounds.log else ''}",
            f"correct {key}",
        )
    fractional = not (bounds.low == int(bounds.low) and bounds.high == int(bounds.high))
    if whole and (fractional or bounds.high > LARGEST):
        raise UserError(
            f"{key}: found low {bounds.low}, high {bounds.high}, allowed are whole numbers of at "
            f"most {LARGEST}",
            f"{key} takes whole numbers",
        )
    if (bounds.step is not None) != whole or (whole and bounds.log):
        allowed = "a step and no log" if whole else "no step"
        raise UserError(
            f"{key}: found step {bounds.step}, log {bounds.log}, allowed is {allowed}",
            f"it takes {'whole numbers' if whole else 'any number in its range'}",
        )


def _searched_bounds(config: "Config") -> None:
    """Every point of the search space must be a valid schedule at every budget."""
    longest = max(*config.budgets, config.study.epochs)
    for code in _codes(config):
        method = registry.methods()[code]
        ranges = config.study.search.get(code, {})
        given = config.hyperparameters.get(code, {})
        space = {p.name: p for p in method.search(config.study.epochs, 1)}
        lr = given.get("lr", ranges.get("lr", config.study.lr).low)
        if "upper_bound" in space:
            low = ranges.get("upper_bound", space["upper_bound"]).low
            key = _source(given, code, "upper_bound", f"study.search.{code}.upper_bound.low")
            _upper_bound(key, given.get("upper_bound", low), longest)
        if "infimum_lr" in method.settings:
            searched = ranges.get("infimum_lr", space.get("infimum_lr"))
            high = given.get("infimum_lr", searched.high if searched else config.infimum_lr)
            own = f"study.search.{code}.infimum_lr.high" if searched else "infimum_lr"
            # Equal bounds are the paper's (1e-4): a draw of both is infinitely unlikely.
            if high > lr or not searched:
                _infimum(_source(given, code, "infimum_lr", own), high, lr)


def _source(given: Mapping[str, float], code: str, name: str, otherwise: str) -> str:
    """The key that a hyperparameter's value comes from."""
    return f"hyperparameters.{code}.{name}" if name in given else otherwise


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


def _hyperparameters(config: "Config", code: str, values: dict[str, bool | int | float]) -> None:
    """Given hyperparameters must be the method's own."""
    method = any_method(config, code)
    allowed = (*(() if method.lr_free else ("lr",)), *method.settings)
    _known(f"hyperparameters.{code}", values, allowed)
    for name, value in values.items():
        setting = RATE if name == "lr" else method.settings[name]
        setting.checked(f"hyperparameters.{code}.{name}", value)
    trial = () if config.mode == "compare" else (config.study.epochs,)
    shortest = min((*config.budgets, *trial))
    warmup = values.get("warmup_epochs", 0)
    if code in _codes(config) and warmup >= shortest:
        raise UserError(
            f"hyperparameters.{code}.warmup_epochs: found {warmup}, allowed is less than the "
            f"shortest budget, {shortest}",
            "shorten the warm-up or lengthen budgets and study.epochs",
        )


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
                key = _source(given, code, "infimum_lr", "infimum_lr")
                _infimum(f"{key} ({code} on {label})", values["infimum_lr"], lr)
            if "upper_bound" in method.settings:
                key = f"hyperparameters.{code}.upper_bound"
                _upper_bound(key, values["upper_bound"], max(config.budgets))
