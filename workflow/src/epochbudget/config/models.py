"""The whole configuration as pydantic models; defaults are the `demo` run.

`config/config.yaml` and `config/schema.json` are rendered from here (`epochbudget config`), and a
test keeps them in step.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from epochbudget import registry
from epochbudget.config.base import Section
from epochbudget.config.lode import Lode
from epochbudget.config.values import Device, GroupName, Hyperparameter, Number, Project, RunName
from epochbudget.config.verification import Verification

PositiveInt = Annotated[int, Field(gt=0)]
Seed = Annotated[int, Field(ge=0)]
Code = str
Label = str
PAPERS_SIX: tuple[Code, ...] | None = ("N", "P", "C", "E", "H", "EH")
"""Methods of the published numbers."""
PAPERS_METHODS: tuple[Code, ...] = ("N", "P", "C", "E", "L", "S", "OC", "CY", "WC", "H", "EH")
PAPERS_METHODS += ("WH", "WEH", "Prodigy", "DAdapt")
"""Methods of the authors' code."""


class Range(Section):
    """Bounds of one search dimension, both included."""

    low: Number
    """Lower bound."""
    high: Number
    """Upper bound."""
    log: bool = False
    """Sample uniformly in the logarithm."""
    step: PositiveInt | None = None
    """Distance of the allowed values; gives integers."""


def _upper_bounds() -> dict[Code, dict[str, Range]]:
    """The demo's budgets are small, so are its upper bounds: one to two longest budgets."""
    upper_bound = Range(low=21, high=42, step=7)
    return {code: {"upper_bound": upper_bound} for code in ("H", "EH", "WH", "WEH", "EH-legacy")}


class Study(Section):
    """Search of hyperparameters, one Optuna TPE study per model and method."""

    trials: PositiveInt = 3
    """Trials per study (paper: 25)."""
    epochs: PositiveInt = 12
    """Epoch budget of a trial (paper: 50)."""
    seeds: tuple[Seed, ...] = (89,)
    """Tuning seeds: a trial's value is the mean of their last validation losses."""
    sampler_seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    """Seed of the TPE sampler."""
    lr: Range = Range(low=1e-4, high=5e-2, log=True)
    """Search range of the learning rate, for all methods that have one."""
    search: dict[Code, dict[str, Range]] = Field(default_factory=_upper_bounds)
    """Other ranges than the registry's: method code -> hyperparameter -> range."""


Part = dict[str, Hyperparameter | str]


class Plugin(Section):
    """A schedule from outside of the package or composed of others, as a method.

    Exactly one of schedule, sequential and chained says what it is.
    """

    schedule: str = ""
    """FILE.py:NAME of a function or class, relative to the working folder; or the name of an
    installed entry point of the group epochbudget.schedules."""
    sequential: tuple[Part, ...] = ()
    """Methods one after the other, each with its own length as its budget, e.g. [{method: LW,
    warmup_epochs: 5}, {method: C}]."""
    milestones: tuple[Number, ...] = ()
    """Where each of them but the first begins: shares of the budget below 1, or epochs."""
    chained: tuple[Part, ...] = ()
    """Methods whose rates, as shares of lr, are multiplied, e.g. [{method: CY}, {method: E}]."""
    name: str = ""
    """Full name for people; blank means the code."""
    config: dict[str, Hyperparameter | str] = Field(default_factory=dict)
    """Handed to the schedule; numbers in it are hyperparameters with these defaults."""
    search: dict[str, Range] = Field(default_factory=dict)
    """Hyperparameters that a study searches besides lr: name -> range, its middle the default."""


class Sgd(Section):
    """SGD, where `optimizers` names it; hyperparameters of its runs, which studies can search."""

    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Momentum; schedules that cycle it (OC, CY) set it themselves."""
    weight_decay: Annotated[float, Field(ge=0)] = 5e-4
    """Weight decay, added to the gradient (L2), of all parameters."""
    nesterov: bool = False
    """Nesterov's momentum."""


class Training(Section):
    """How runs are carried out; no part of a run's key, so nothing here causes a rerun."""

    device: Device = "auto"
    """auto (a GPU if there is one), cpu, cuda, or cuda:N."""
    log_every: PositiveInt = 10
    """Epochs between two lines in a job's log file."""
    checkpoint_seconds: Annotated[float, Field(gt=0)] = 55.0
    """Least time between two checkpoints of a run, written at epoch ends. Up to 60 a killed job
    loses at most a minute of training, or one epoch if that is longer."""
    workers: PositiveInt = 1
    """Runs side by side in one job, each in its own process: on a CPU each on its own core (at most
    --cores), on a GPU they share it."""
    lockstep: dict[Label, PositiveInt] = Field(default_factory=dict)
    """Model -> how many of its runs a job trains as one batched computation, e.g. OSC_LSTM: 20. For
    small models on a GPU; equals single runs up to rounding. LR-free methods train singly."""
    cuda_graphs: bool = False
    """Replay the steps of runs in lockstep as CUDA graphs."""


def _unquoted_off(value: Any) -> Any:
    """YAML reads off as false."""
    return "off" if value is False else value


class Tracking(Section):
    """Optional mirror of the curves in Weights & Biases; the CSV files stay the truth."""

    mode: Annotated[Literal["off", "offline", "online"], BeforeValidator(_unquoted_off)] = "off"
    """off; offline: local files only; online: sent to the service (`pip install wandb`)."""
    project: Project = "epochbudget"
    """Name of the project there."""


def _sections(package: str, found: dict[str, type[Section]], doc: str) -> type[Section]:
    """A section with one sub-section per registry entry, each at its own defaults."""
    fields: dict[str, Any] = {
        name: (settings, Field(default_factory=settings, description=_first_line(settings)))
        for name, settings in sorted(found.items())
    }
    model: type[Section] = create_model(package, __base__=Section, __doc__=doc, **fields)
    return model


def _first_line(settings: type[Section]) -> str:
    return (settings.__doc__ or "").strip().split("\n")[0]


Data = _sections(
    "Data",
    {dataset.name: dataset.settings for dataset in registry.datasets().values()},
    "Settings of each data set.",
)
Tasks = _sections(
    "Tasks",
    {task.section: task.settings for task in registry.tasks().values()},
    "Settings of each model: sizes, batch size, preprocessing.",
)


class Config(Section):
    """The whole configuration."""

    run: RunName = "demo"
    """Name of the run: outputs stand under results/<run> and figures/<run>."""
    mode: Literal["optimize_and_compare", "optimize", "compare"] = "optimize_and_compare"
    """Studies and comparison; studies only; or comparison with default or given hyperparameters."""
    models: tuple[Label, ...] = ("OSC_LSTM", "Integral_MLP", "Integral_TF", "DIGITS_CNN")
    """Labels of the models to run."""
    methods: tuple[Code, ...] = PAPERS_METHODS
    """Codes of the methods to run."""
    methods_by_model: dict[Label, tuple[Code, ...] | None] = Field(
        default_factory=lambda: {"Integral_TF": PAPERS_SIX, "DIGITS_CNN": PAPERS_SIX}
    )
    """Single models with fewer methods: of `methods`, those also listed here; null means all."""
    optimizers: tuple[Literal["AdamW", "Adam", "SGD"], ...] = ("AdamW",)
    """Optimizers; labels of Adam's results end in _Adam, of SGD's in _SGD. LR-free methods bring
    their own."""
    budgets: tuple[PositiveInt, ...] = (12, 15, 18, 21)
    """Epoch budgets of the comparison, ascending (paper: 50, 100, 150, 200)."""
    seeds: tuple[Seed, ...] = (89, 231)
    """Seeds of the comparison (paper: 89, 231, 928, 814, 269)."""
    infimum_lr: Annotated[float, Field(gt=0)] = 1e-6
    """Infimum learning rate of the methods that have one, where no study chooses it."""
    hyperparameters: dict[Code, dict[str, Hyperparameter]] = Field(default_factory=dict)
    """Given hyperparameters by method, e.g. EH: {upper_bound: 42}; studies do not search them. In
    mode compare the others keep their defaults."""
    plugins: dict[Code, Plugin] = Field(default_factory=dict)
    """Schedules from outside of the package, or composed: code of the method -> where it is, or its
    parts. List the codes in `methods`, too."""
    flatness: bool = False
    """Measure the largest eigenvalue of the Hessian at the end of the comparison's runs. Runs that
    have ended without are trained again, and none trains in lockstep."""
    groups: dict[GroupName, tuple[Code, ...]] = Field(default_factory=dict)
    """Groups of methods to draw side by side at the longest budget, learning rate, losses and
    accuracy: name -> codes. Blank means no such figures."""
    published_curves: str = ""
    """Folder of the authors' curves, or download; blank means none. verify_published recomputes the
    published numbers from them; verify takes from them how far the published seeds spread."""
    study: Study = Study()
    """Hyperparameter search."""
    sgd: Sgd = Sgd()
    """SGD."""
    lode: Lode = Lode()
    """LODE."""
    training: Training = Training()
    """Device, logs, checkpoints."""
    tracking: Tracking = Tracking()
    """Weights & Biases."""
    verification: Verification = Verification()
    """Verdicts on the published numbers (`snakemake verify`)."""
    data: Data = Field(default_factory=Data)  # type: ignore[valid-type]
    """Data sets."""
    tasks: Tasks = Field(default_factory=Tasks)  # type: ignore[valid-type]
    """Models."""

    def methods_of(self, model: Label) -> tuple[Code, ...]:
        """Codes of the methods to run for a model."""
        listed = self.methods_by_model.get(model)
        return tuple(code for code in self.methods if listed is None or code in listed)
