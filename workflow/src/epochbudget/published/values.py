"""Which rows of the metric tables are the published numbers, and which curves they follow from."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from epochbudget import registry
from epochbudget.metrics.names import model_name
from epochbudget.metrics.slcd import definitions

if TYPE_CHECKING:
    from epochbudget.curves import Quantity

SCHEDULE = "schedule"
"""What stands for the model in published numbers of the schedules themselves."""


class Key(NamedTuple):
    """What a number is about, as text; blank where it does not apply."""

    model: str
    scheduler: str
    quantity: str
    budget: str
    other_budget: str


class Subject(NamedTuple):
    """A model as the publication judges it: by accuracy where there is one, else by loss."""

    label: str
    """Label in the names of its curve files."""
    quantity: "Quantity"
    """What it is judged by."""
    definitions: frozenset[str]
    """Definitions of metrics that its published numbers use."""


@cache
def subjects() -> dict[str, Subject]:
    """Models by their name in metric tables."""
    found = {}
    for label, task in registry.tasks().items():
        curves = f"{label}_ACC" if task.classification else label
        quantity: Quantity = "accuracy" if task.classification else "loss"
        published_slcd = next(iter(definitions(quantity)))
        used = frozenset(("", quantity, published_slcd))
        found[model_name(label)] = Subject(curves, quantity, used)
    return found


def curve_file(key: Key) -> str:
    """Name of the curve file that a number follows from; blank for one of the schedules."""
    if key.model == SCHEDULE:
        return ""
    return f"Result_{subjects()[key.model].label}-{key.scheduler}.csv"


def published_value(rows: Iterable[Mapping[str, Any]]) -> dict[Key, float]:
    """Values of mean curves, by the identifiers of the published numbers.

    Args:
        rows: Rows of metric tables, as computed or as read from CSV.

    Returns:
        Every value that a published table could hold. Left out are rows of single seeds, of
        definitions that are not the published ones, and of models under another optimizer.

    Raises:
        ValueError: If two rows claim the same number.
    """
    values: dict[Key, float] = {}
    for row in rows:
        key = _key(row)
        if str(row.get("seed", "")) or row.get("definition", "") not in _definitions(key.model):
            continue
        if key in values:
            raise ValueError(f"two rows claim {', '.join(filter(None, key))}")
        values[key] = float(row["value"])
    return values


def _key(row: Mapping[str, Any]) -> Key:
    model = row.get("model") or SCHEDULE
    return Key(model, *(str(row.get(name, "")) for name in Key._fields[1:]))


def _definitions(model: str) -> frozenset[str]:
    if model == SCHEDULE:
        return frozenset(("",))
    subject = subjects().get(model)
    return subject.definitions if subject else frozenset()
