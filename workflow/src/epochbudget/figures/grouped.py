"""What the figures of groups of methods are drawn from (key `groups` of the configuration)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from epochbudget.figures.frame import frame

if TYPE_CHECKING:
    from epochbudget.experiment import Experiment

Groups = Mapping[str, tuple[str, ...]]


def groups_by_label(experiment: "Experiment") -> dict[str, Groups]:
    """Label -> name of the group -> codes that the model is trained with; empty ones left out."""
    if experiment.mode == "optimize":
        return {}
    trained: dict[str, set[str]] = {}
    for pair in experiment.pairs:
        trained.setdefault(pair.label, set()).add(pair.code)
    found = {
        label: {
            name: tuple(code for code in several if code in codes)
            for name, several in experiment.config.groups.items()
        }
        for label, codes in trained.items()
    }
    kept = {label: {n: c for n, c in groups.items() if c} for label, groups in found.items()}
    return {label: groups for label, groups in kept.items() if groups}


def codes_of(groups: Groups) -> tuple[str, ...]:
    """All codes of some groups, each once."""
    return tuple(dict.fromkeys(code for codes in groups.values() for code in codes))


def longest(experiment: "Experiment") -> dict[str, Any]:
    """Options of drawings at the longest budget alone: as `scale`, with this budget."""
    budgets = [max(experiment.budgets)]
    return {**frame(experiment), "seeds": len(experiment.seeds), "budgets": budgets}


def curve_labels(experiment: "Experiment", label: str) -> tuple[str, ...]:
    """Labels of the curves of a model: of its losses, and of its accuracy if it has one."""
    return next(pair.curve_labels for pair in experiment.pairs if pair.label == label)
