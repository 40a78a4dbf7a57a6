"""What a configuration asks for: the pairs of model and method, the paths of their files, and for
each job the slice of the configuration that it depends on.

Snakemake builds its DAG from here, so nothing heavy is imported.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from epochbudget import registry
from epochbudget.config.models import Config
from epochbudget.config.optimizers import fixed, given, ranges
from epochbudget.errors import UserError
from epochbudget.figures.base import Drawing
from epochbudget.methods.base import Method
from epochbudget.paths import PATHS
from epochbudget.tasks.base import Task
from epochbudget.training.run import method_with


@dataclass(frozen=True)
class Pair:
    """One model with one method: one study, one comparison, one set of curves."""

    label: str
    """Label in files: the task's label, plus _Adam or _SGD where that is the optimizer."""
    task: Task
    method: Method
    optimizer: str

    @property
    def code(self) -> str:
        """The method's code."""
        return self.method.code

    @property
    def curve_labels(self) -> tuple[str, ...]:
        """Labels of its exported curves: loss, and accuracy where the task has one."""
        return (self.label, f"{self.label}_ACC") if self.task.classification else (self.label,)


class Experiment:
    """A configuration, resolved against the registries."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.run = config.run
        self.mode = config.mode
        self.budgets = config.budgets
        self.seeds = config.seeds

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs; methods that bring their own optimizer stand under the first one's label."""
        return tuple(
            Pair(label=_label(model, optimizer), task=task, method=method, optimizer=optimizer)
            for optimizer in self.config.optimizers
            for model, task in ((m, registry.tasks()[m]) for m in self.config.models)
            for method in (method_with(c, optimizer) for c in self.config.methods_of(model))
            if not (method.own_optimizer and optimizer != self.config.optimizers[0])
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in use."""
        return tuple(dict.fromkeys(pair.label for pair in self.pairs))

    @property
    def methods(self) -> tuple[str, ...]:
        """Codes in use, in the registry's order."""
        used = {pair.code for pair in self.pairs}
        return tuple(code for code in registry.methods() if code in used)

    @property
    def steered(self) -> tuple[Pair, ...]:
        """Pairs of LODE and its controls, which need the runs of other methods."""
        return tuple(pair for pair in self.pairs if pair.method.steering)

    def priors(self, label: str) -> tuple[Pair, ...]:
        """The pairs whose runs LODE learns from, for a model on which it is used."""
        pair = next(pair for pair in self.steered if pair.label == label)
        methods = (method_with(c, pair.optimizer) for c in self.config.lode.prior_methods)
        return tuple(replace(pair, method=method) for method in methods)

    def studied(self, pair: Pair) -> bool:
        """Whether a study looks for its hyperparameters."""
        return self.mode != "compare" and not pair.method.steering

    def found(self, pair: Pair) -> str | None:
        """The file that a comparison takes its hyperparameters from; None if it needs none."""
        if pair.method.steering:
            return self.path("lode", label=pair.label, code=pair.code)
        return self.path("best", label=pair.label, code=pair.code) if self.studied(pair) else None

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the data sets in use."""
        return tuple(dict.fromkeys(pair.task.dataset for pair in self.pairs))

    def pair(self, label: str, code: str) -> Pair:
        """The pair with this label and code.

        Raises:
            UserError: If the configuration has no such pair.
        """
        for pair in self.pairs:
            if (pair.label, pair.code) == (label, code):
                return pair
        raise UserError(
            f"the configuration has no {label}-{code}; its models are {', '.join(self.labels)} and "
            f"its methods {', '.join(self.methods)}",
            "add it to models and methods in config/config.yaml",
        )

    def path(self, kind: str, **names: str) -> str:
        """The path of one of the run's files; `kind` is a key of PATHS."""
        if kind == "data":
            names["suffix"] = registry.datasets()[names["dataset"]].suffix
        return PATHS[kind].format(run=self.run, **names)

    def pattern(self, kind: str) -> str:
        """The path of one of the run's files with its wildcards left open."""
        return PATHS[kind].replace("{run}", self.run)

    @cached_property
    def curve_labels(self) -> tuple[str, ...]:
        """Labels of exported curves: the labels, and those of accuracies."""
        return tuple(dict.fromkeys(label for pair in self.pairs for label in pair.curve_labels))

    @cached_property
    def results(self) -> tuple[str, ...]:
        """Every file that the run is to make at the end."""
        studied = filter(self.studied, self.pairs)
        best = [self.path("best", label=p.label, code=p.code) for p in studied]
        figures = (*self._files_of(self.drawings), self.path("gallery"))
        if self.mode == "optimize":
            return (*best, *figures)
        curves = [
            self.path("curves", label=label, code=p.code)
            for p in self.pairs
            for label in p.curve_labels
        ]
        asked = [n for n, m in registry.metrics().items() if self._asked(m.asked_by)]
        metrics = [self.path("metric", metric=metric) for metric in asked]
        table = [self.path("lode_table")] if self.steered else []
        return (*curves, *metrics, *table, *figures)

    def _asked(self, key: str) -> bool:
        """Whether a key of the configuration is true; a blank one is."""
        return not key or bool(getattr(self.config, key))

    @property
    def runtime(self) -> dict[str, Any]:
        """How jobs run: nothing of it changes a result."""
        return {
            **self.config.training.model_dump(mode="json"),
            "tracking": self.config.tracking.model_dump(mode="json"),
        }

    # What each job depends on -------------------------------------------------------------

    def data_spec(self, dataset: str) -> dict[str, Any]:
        """The settings of a data set."""
        settings: dict[str, Any] = getattr(self.config.data, dataset).model_dump(mode="json")
        return settings

    def task_spec(self, pair: Pair) -> dict[str, Any]:
        """The model's settings, without the default lr: a run's own lr is a hyperparameter."""
        section = getattr(self.config.tasks, pair.task.section)
        settings = section.model_dump(mode="json", exclude={"lr"})
        return {"label": pair.task.label, "settings": settings}

    def _pair_spec(self, pair: Pair) -> dict[str, Any]:
        spec: dict[str, Any] = {"task": self.task_spec(pair), "method": pair.code}
        spec["given"] = fixed(self.config, pair.method)
        if not pair.method.own_optimizer:
            spec["optimizer"] = pair.optimizer
        if "infimum_lr" in pair.method.settings:
            spec["infimum_lr"] = self.config.infimum_lr
        return spec

    def study_spec(self, pair: Pair) -> dict[str, Any]:
        """What a study depends on."""
        study = self.config.study
        searched = ranges(self.config, pair.method)
        if not pair.method.lr_free:
            searched.setdefault("lr", study.lr.model_dump())
        # The registry's space for one step per epoch stands for its bounds: they are code that
        # the digest leaves out, so that a moved bound reruns the study but no finished run.
        nominal = [asdict(param) for param in pair.method.search(study.epochs, 1)]
        return {
            **self._pair_spec(pair),
            "trials": study.trials,
            "epochs": study.epochs,
            "seeds": list(study.seeds),
            "sampler_seed": study.sampler_seed,
            "ranges": searched,
            "space": nominal,
        }

    def comparison_spec(self, pair: Pair) -> dict[str, Any]:
        """What a comparison depends on, besides the study's best hyperparameters."""
        spec = {
            **self._pair_spec(pair),
            "label": pair.label,
            "budgets": list(self.budgets),
            "seeds": list(self.seeds),
        }
        if self.mode == "compare" and not pair.method.steering:
            spec["given"] = self.default_hyperparameters(pair)
        if self.config.flatness:
            spec["flatness"] = True
        return spec

    def prior_spec(self, pair: Pair) -> dict[str, Any]:
        """What the earlier runs of one method depend on, from which LODE learns.

        All methods have the same peak rates, whatever their own default is.
        """
        equal = replace(pair, method=replace(pair.method, default_lr_factor=1.0))
        return {
            **self._pair_spec(pair),
            "given": self.default_hyperparameters(equal),
            "lr_factors": list(self.config.lode.lr_factors),
            "budget": max(self.budgets),
            "seeds": list(self.config.lode.seeds),
        }

    def lode_spec(self, pair: Pair) -> dict[str, Any]:
        """What a method of LODE's learns with, besides the earlier runs."""
        steering = pair.method.steering
        settings = self.config.lode.model_dump(exclude={"prior_methods", "lr_factors", "seeds"})
        return {"steering": steering, **(settings if steering in ("advice", "shuffled") else {})}

    def default_hyperparameters(self, pair: Pair) -> dict[str, float]:
        """The method's defaults on this task, with what the configuration gives."""
        lr = getattr(self.config.tasks, pair.task.section).lr * pair.method.default_lr_factor
        base = {} if pair.method.lr_free else {"lr": lr}
        return {**base, **given(self.config, pair.method)}

    # Figures ------------------------------------------------------------------------------

    @cached_property
    def drawings(self) -> dict[str, Drawing]:
        """Every figure by the name of its file."""
        return {
            name: replace(drawing, kind=kind)
            for kind, figure in registry.figures().items()
            for name, drawing in figure.drawings(self).items()
        }

    @cached_property
    def analytic_figures(self) -> tuple[str, ...]:
        """Files of the figures that need no training: drawn from formulas or generated data."""
        untrained = {
            *(
                self.path("metric", metric=m.name)
                for m in registry.metrics().values()
                if not m.from_curves
            ),
            *(self.path("data", dataset=name) for name in self.datasets if self._generated(name)),
        }
        drawings = self.drawings.items()
        return self._files_of(name for name, d in drawings if untrained.issuperset(d.inputs))

    @cached_property
    def group_figures(self) -> tuple[str, ...]:
        """Files of the figures of groups of methods; none without groups."""
        kinds = registry.figures()
        names = (name for name, d in self.drawings.items() if kinds[d.kind].of_groups)
        return self._files_of(names)

    def _generated(self, dataset: str) -> bool:
        """Whether a data set comes from neither the network nor the user's files."""
        entry = registry.datasets()[dataset]
        return not (entry.local or entry.inputs(self.data_spec(dataset)))

    def _files_of(self, figures: Iterable[str]) -> tuple[str, ...]:
        """The files of these figures."""
        return tuple(
            self.path("figure", figure=figure, format=format)
            for figure in figures
            for format in ("png", "pdf")
        )


def _label(model: str, optimizer: str) -> str:
    return model if optimizer == "AdamW" else f"{model}_{optimizer}"
