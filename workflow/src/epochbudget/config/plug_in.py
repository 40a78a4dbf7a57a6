"""Plug-ins of a configuration: made known, and tried before anything is trained."""

import re
from typing import TYPE_CHECKING

from epochbudget import plugins, registry
from epochbudget.config.kinds import shown
from epochbudget.errors import UserError

if TYPE_CHECKING:
    from epochbudget.config.models import Config

CODE = "[A-Za-z][A-Za-z0-9_]{0,30}"


def plug_in(config: "Config") -> None:
    """Make the configuration's plug-ins methods. One without any leaves those that are known.

    Raises:
        UserError: If a code is not allowed or taken, or a plug-in cannot be found.
    """
    if not config.plugins:
        return
    plugins.export({})
    own = registry.methods()
    for code, plugin in config.plugins.items():
        if not re.fullmatch(CODE, code) or code in own:
            raise UserError(
                f"plugins: found the code {shown(code)}, allowed are 1 to 31 letters, digits and "
                f"underscores, the first a letter, and none of {', '.join(own)}",
                "choose another code",
            )
        if "lr" in plugin.config:
            raise UserError(
                f"plugins.{code}.config: found lr, allowed is any other name",
                f"give it as hyperparameters: {{{code}: {{lr: ...}}}}, or let the study search it",
            )
    plugins.export({code: p.model_dump(mode="json") for code, p in config.plugins.items()})
    registry.methods()


def try_plugins(config: "Config") -> None:
    """Ask the functions among the plug-ins for the rate of every epoch of every budget.

    Of a composition the places of its parts are asked for. A class needs an optimizer, and torch;
    it is tried when its job starts.

    Raises:
        UserError: If one fails, or gives no learning rate.
    """
    if not any(code in config.plugins for code in config.methods):
        return
    from epochbudget.plugins import try_out

    for model in config.models:
        task = registry.tasks()[model]
        lr = getattr(config.tasks, task.section).lr
        for code in config.methods_of(model):
            if code in config.plugins:
                given = config.hyperparameters.get(code, {})
                budgets = sorted({*config.budgets, config.study.epochs})
                try_out(code, task, {"lr": lr, **given}, budgets)
