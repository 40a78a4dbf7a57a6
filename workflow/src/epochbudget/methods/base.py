"""What a method is: a schedule (or learning-rate-free optimizer) with its search space."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal

from epochbudget.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from epochbudget.tasks.base import Task

    Scheduler = Callable[[Optimizer, Mapping[str, float], int, int], LRScheduler]

Family = Literal[
    "Traditional", "Cyclic+Warmup", "Hyperbolic", "LR-free", "Catalogue", "Plug-in", "LODE"
]
Hyperparameters = Mapping[str, float]


@dataclass(frozen=True)
class Param:
    """One dimension of a search space, both bounds included.

    Attributes:
        name: The hyperparameter's name, as in the configuration.
        low: Lower bound.
        high: Upper bound.
        log: Sample uniformly in the logarithm.
        step: Distance of the allowed values of an integer parameter; None for a float.
    """

    name: str
    low: float
    high: float
    log: bool = False
    step: int | None = None


@dataclass(frozen=True)
class Setting:
    """The allowed values of a hyperparameter.

    Attributes:
        kind: bool, int or float; a float may be given as a whole number.
        allowed: The allowed values in words, for messages.
        accepts: Whether a value of that kind is allowed.
    """

    kind: type[bool] | type[int] | type[float]
    allowed: str
    accepts: Callable[[float], bool] = lambda value: True

    def checked(self, name: str, value: bool | int | float) -> float:
        """Return `value` if it is allowed.

        Raises:
            UserError: If it is not; the message calls it `name`.
        """
        kinds = (int, float) if self.kind is float else (self.kind,)
        if type(value) not in kinds or not self.accepts(value):
            raise UserError(f"{name} is {value!r}", f"it takes {self.allowed}")
        return value


@dataclass(frozen=True)
class Method:
    """One way to set the learning rate during a run.

    Attributes:
        code: The paper's short code, the key everywhere.
        name: Full name for people.
        family: The paper's family, or where else it comes from.
        order: Position in tables and figures.
        scheduler: Builds the torch scheduler from (optimizer, hyperparameters, budget in epochs,
            steps per epoch); None keeps the rate constant.
        search: What a study searches besides lr, from (epochs of the study, steps per epoch).
        settings: Every hyperparameter besides lr that the method uses, including infimum_lr, by
            name.
        defaults: Default hyperparameters besides lr and infimum_lr.
        per_batch: The scheduler steps after every batch instead of after every epoch.
        budget_free: Whether the rate is independent of the budget for these hyperparameters, so
            that a short run is an exact prefix of a longer one.
        trunk: Epochs from the beginning whose rates are the same, bit for bit, at every longer
            budget, from (budget, hyperparameters): never fewer at a longer budget. Runs that
            differ in the budget alone share them. Not for methods with an optimizer of their own.
        optimizer: Builds the optimizer from (parameters, hyperparameters): the method's own one, or
            one that the configuration says; None uses Adam or AdamW.
        lr_free: Its own optimizer finds the rate by itself.
        averaged: Its own optimizer has train() and eval(): the weights that are validated are an
            average of those that are trained.
        steps_optimizer: The scheduler's step also moves the weights.
        default_lr_factor: Factor on the task's default lr when no study has chosen one.
        feedback: The scheduler is told the validation loss when it steps after an epoch.
        steering: What changes the schedule that a run begins with, as it goes: "advice" of a latent
            ODE, such from "shuffled" runs, "chance", or "nothing"; blank for ordinary methods.
        for_task: Gives the scheduler for a task, if it depends on what is trained.
        module: Name of the module that defines it; filled in by the registry.
        source: Digest of its code outside of the package.
    """

    code: str
    name: str
    family: Family
    order: int
    scheduler: "Scheduler | None"
    search: Callable[[int, int], tuple[Param, ...]] = lambda epochs, steps_per_epoch: ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    defaults: Hyperparameters = field(default_factory=dict)
    per_batch: bool = False
    budget_free: Callable[[Hyperparameters], bool] = lambda hyperparameters: False
    trunk: Callable[[int, Hyperparameters], int] | None = None
    optimizer: "Callable[[Iterable[Tensor], Hyperparameters], Optimizer] | None" = None
    lr_free: bool = False
    averaged: bool = False
    steps_optimizer: bool = False
    default_lr_factor: float = 1.0
    feedback: bool = False
    steering: str = ""
    for_task: "Callable[[Task], Scheduler] | None" = None
    module: str = ""
    source: str = ""

    @property
    def own_optimizer(self) -> bool:
        """Whether it brings its own optimizer, whatever the configuration's is."""
        return self.lr_free or self.averaged

    @property
    def foreseeable(self) -> bool:
        """Whether its rates are known before the training."""
        return not (self.lr_free or self.feedback or self.steering)

    @property
    def lockstep(self) -> bool:
        """Whether its runs can train in lockstep, which computes the steps of AdamW itself."""
        return self.optimizer is None and not (self.steps_optimizer or self.feedback)


INFIMUM_LR = Setting(float, "a number of at least 0", lambda value: 0 <= value < inf)
UPPER_BOUND = Setting(float, "a number of at least 1", lambda value: 1 <= value < inf)
WARMUP_EPOCHS = Setting(int, "a whole number of at least 0", lambda value: value >= 0)
RAMP_FROM_START = Setting(bool, "true or false")
GAMMA = Setting(float, "a number above 0 and at most 1", lambda value: 0 < value <= 1)
MOMENTUM = Setting(float, "a number of at least 0, below 1", lambda value: 0 <= value < 1)
WEIGHT_DECAY = Setting(float, "a number of at least 0", lambda value: 0 <= value < inf)
NESTEROV = Setting(bool, "true or false")
STEPS = Setting(int, "a whole number of at least 1", lambda value: value >= 1)
SHARE = Setting(float, "a number from 0 to 1", lambda value: 0 <= value <= 1)
COOLDOWN_SHARE = Setting(float, "a number above 0 and at most 1", lambda value: 0 < value <= 1)
