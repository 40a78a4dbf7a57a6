"""What a method is: a schedule (or learning-rate-free optimizer) with its search space."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

Family = Literal["Traditional", "Cyclic+Warmup", "Hyperbolic", "LR-free"]
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
class Method:
    """One way to set the learning rate during a run.

    Attributes:
        code: The paper's short code, the key everywhere.
        name: Full name for people.
        family: The paper's family.
        order: Position in tables and figures.
        scheduler: Builds the torch scheduler from (optimizer, hyperparameters, budget in epochs,
            steps per epoch); None keeps the rate constant.
        search: What a study searches besides lr, from (epochs of the study, steps per epoch).
        defaults: Default hyperparameters besides lr and infimum_lr.
        budget_defined: Names of what the budget defines; for documentation and tables.
        per_batch: The scheduler steps after every batch instead of after every epoch.
        budget_free: Whether the rate is independent of the budget for these hyperparameters, so
            that a short run is an exact prefix of a longer one.
        optimizer: Builds a learning-rate-free optimizer from (parameters, hyperparameters);
            None uses the optimizer of the configuration.
        default_lr_factor: Factor on the task's default lr when no study has chosen one.
    """

    code: str
    name: str
    family: Family
    order: int
    scheduler: "Callable[[Optimizer, Hyperparameters, int, int], LRScheduler] | None"
    search: Callable[[int, int], tuple[Param, ...]] = lambda epochs, steps_per_epoch: ()
    defaults: Hyperparameters = field(default_factory=dict)
    budget_defined: tuple[str, ...] = ()
    per_batch: bool = False
    budget_free: Callable[[Hyperparameters], bool] = lambda hyperparameters: False
    optimizer: "Callable[[Iterable[Tensor], Hyperparameters], Optimizer] | None" = None
    default_lr_factor: float = 1.0

    @property
    def lr_free(self) -> bool:
        """Whether the optimizer finds the rate by itself."""
        return self.optimizer is not None
