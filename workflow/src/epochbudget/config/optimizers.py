"""Hyperparameters that a configuration gives to a method: its own, and those of SGD."""

from typing import TYPE_CHECKING

from epochbudget.errors import UserError
from epochbudget.methods.base import Method
from epochbudget.training import sgd
from epochbudget.training.run import SGD, method_with

if TYPE_CHECKING:
    from epochbudget.config.models import Config


def given(config: "Config", method: Method) -> dict[str, float]:
    """Those under `hyperparameters`, over those under `sgd` for runs with SGD."""
    own = {n: v for n, v in config.hyperparameters.get(method.code, {}).items() if _is(method, n)}
    return {**_of_sgd(config, method), **own}


def fixed(config: "Config", method: Method) -> dict[str, float]:
    """Those that no study searches: all given ones, but those under `sgd` that have a range."""
    own = config.hyperparameters.get(method.code, {})
    searched = ranges(config, method)
    return {n: v for n, v in given(config, method).items() if n in own or n not in searched}


def ranges(config: "Config", method: Method) -> dict[str, dict[str, float]]:
    """The search ranges of the method under `study.search`."""
    own = config.study.search.get(method.code, {})
    return {name: bounds.model_dump() for name, bounds in own.items() if _is(method, name)}


def any_method(config: "Config", code: str) -> Method:
    """A method with the hyperparameters of every configured optimizer."""
    return method_with(code, SGD if SGD in config.optimizers else None)


def check_nesterov(config: "Config", codes: list[str]) -> None:
    """Raise UserError if a method would get Nesterov's momentum without one, which torch refuses.

    Args:
        config: The configuration.
        codes: The methods that it uses.
    """
    for method in (any_method(config, code) for code in codes):
        values = given(config, method)
        if config.mode != "compare" and "momentum" not in fixed(config, method):
            values |= {n: r["low"] for n, r in ranges(config, method).items() if n == "momentum"}
        if values.get("nesterov") and not values["momentum"]:
            raise UserError(
                f"sgd.nesterov: found true with a momentum of 0 ({method.code}), allowed is a "
                "momentum above 0",
                "raise momentum, or set nesterov to false",
            )


def _is(method: Method, name: str) -> bool:
    """Whether the method has this hyperparameter."""
    return name == "lr" or name in method.settings


def _of_sgd(config: "Config", method: Method) -> dict[str, float]:
    return config.sgd.model_dump() if method.optimizer is sgd.optimizer else {}
