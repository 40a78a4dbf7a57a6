"""What identifies a training run, and therefore its folder in the store."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from epochbudget import registry
from epochbudget.digest import code_digest
from epochbudget.files import canonical_json, text_digest
from epochbudget.methods.base import MOMENTUM, NESTEROV, WEIGHT_DECAY, Method
from epochbudget.tasks.base import Task
from epochbudget.training import sgd

TRAINING = ("epochbudget.training.loop", "epochbudget.training.device")
SGD = "SGD"
SGD_SETTINGS = {"momentum": MOMENTUM, "weight_decay": WEIGHT_DECAY, "nesterov": NESTEROV}
"""Hyperparameters of runs with SGD, besides those of the method."""


def method_with(code: str, optimizer: str | None) -> Method:
    """The registry's entry of a method, as runs with this optimizer use it.

    Args:
        code: Code of the method.
        optimizer: "Adam", "AdamW" or "SGD", which matters only to methods that bring none; or None.
    """
    method = registry.methods()[code]
    if optimizer != SGD or method.optimizer is not None:
        return method
    settings = {**method.settings, **SGD_SETTINGS}
    return replace(method, optimizer=sgd.optimizer, settings=settings)


def run_code(task: Task, method: Method) -> str:
    """Digest of the code of a training run: the core, the task's and the method's."""
    trainer, _ = trainer_of(method)
    optimizer = (method.optimizer.__module__,) if method.optimizer else ()
    modules = (*TRAINING, trainer, *optimizer, task.problem.__module__, method.module)
    return code_digest(*modules) + method.source


def trainer_of(method: Method) -> tuple[str, str]:
    """(module, class) that trains the runs of a method."""
    if method.feedback:
        return "epochbudget.training.feedback", "FeedbackTrainer"
    if method.averaged:
        return "epochbudget.training.averaged", "AveragedTrainer"
    if method.steering:
        return "epochbudget.lode.trainer", "LodeTrainer"
    return "epochbudget.training.loop", "Trainer"


@dataclass(frozen=True)
class Run:
    """One training run: a pure function of these values, the code and the data.

    Attributes:
        task: Label and settings of the task, as in the specification of its job.
        method: Code of the method.
        optimizer: "Adam", "AdamW" or "SGD"; None for a method that brings its own.
        hyperparameters: The method's hyperparameters, "lr" among them.
        budget: Epoch budget.
        seed: The run's seed.
        data: Digest of the data file.
    """

    task: Mapping[str, Any]
    method: str
    optimizer: str | None
    hyperparameters: Mapping[str, Any]
    budget: int
    seed: int
    data: str

    @property
    def budget_free(self) -> bool:
        """Whether a shorter run is an exact prefix of this one."""
        return self.the_method.budget_free(self.hyperparameters)

    @property
    def trunk(self) -> int:
        """Epochs from the beginning that are the same in every longer run; 0 if none are shared."""
        trunk = self.the_method.trunk
        return trunk(self.budget, self.hyperparameters) if trunk else 0

    @property
    def the_method(self) -> Method:
        """The registry's entry of the method, for this task and this optimizer."""
        method = method_with(self.method, self.optimizer)
        if method.steering:
            return replace(method, source=code_digest(self.base.module))
        if method.for_task is None:
            return method
        return replace(method, scheduler=method.for_task(self.the_task))

    @property
    def base(self) -> Method:
        """The registry's entry of the method whose schedule a steered run begins with."""
        return registry.methods()[self.hyperparameters["base"]]

    @property
    def the_task(self) -> Task:
        """The registry's entry of the task."""
        return registry.tasks()[self.task["label"]]

    def identity(self) -> dict[str, Any]:
        """All that the result depends on; a budget-free run's budget is no part of it."""
        return {
            "task": dict(self.task),
            "method": self.method,
            "per_batch": self.the_method.per_batch,
            "optimizer": self.optimizer,
            "hyperparameters": dict(self.hyperparameters),
            "budget": None if self.budget_free else self.budget,
            "seed": self.seed,
            "data": self.data,
            "code": run_code(self.the_task, self.the_method),
        }

    @property
    def key(self) -> str:
        """The run key: a digest of the identity."""
        return text_digest(canonical_json(self.identity()))

    @property
    def trunk_key(self) -> str:
        """What runs that differ in their budget alone have in common, if they share a trunk."""
        return text_digest(canonical_json({**self.identity(), "budget": "trunk"}))

    def __str__(self) -> str:
        return f"{self.task['label']} {self.method} budget {self.budget} seed {self.seed}"


def with_defaults(
    method: Method, given: Mapping[str, Any], infimum_lr: float | None
) -> dict[str, Any]:
    """Hyperparameters of a run: what was found or given, over the method's constant defaults."""
    base: dict[str, Any] = {} if infimum_lr is None else {"infimum_lr": infimum_lr}
    return {**base, **method.defaults, **given}
