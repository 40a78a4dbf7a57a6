"""Registries: every module of a package that defines a given name adds what it names.

Adding a method, a task, a data set, a metric or a figure is adding one file; nothing else changes.
Modules that are found here must not import torch, pandas or numpy at their top level, because
Snakemake imports them each time it builds the DAG.
"""

import pkgutil
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from epochbudget.benchmarks.base import Benchmark
    from epochbudget.data.base import Dataset
    from epochbudget.figures.base import Figure
    from epochbudget.methods.base import Method
    from epochbudget.metrics.base import Metric
    from epochbudget.tasks.base import Task


def _found(package: str, name: str) -> list[tuple[str, Any]]:
    """(module name, value) of every module of `epochbudget.<package>` that defines `name`."""
    folder = import_module(f"epochbudget.{package}")
    modules = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    loaded = [(f"{folder.__name__}.{m}", import_module(f"{folder.__name__}.{m}")) for m in modules]
    return [(m, getattr(module, name)) for m, module in loaded if hasattr(module, name)]


@cache
def methods() -> "dict[str, Method]":
    """Methods by code, in the order in which tables and figures show them."""
    from epochbudget.plugins import plugged_in

    found = [replace(method, module=module) for module, method in _found("methods", "METHOD")]
    found += plugged_in({method.code: method for method in found})
    return {method.code: method for method in sorted(found, key=lambda m: (m.order, m.code))}


@cache
def tasks() -> "dict[str, Task]":
    """Tasks by label."""
    return {task.label: task for _, several in _found("tasks", "TASKS") for task in several}


@cache
def datasets() -> "dict[str, Dataset]":
    """Data sets by name."""
    return {dataset.name: dataset for _, dataset in _found("data", "DATASET")}


@cache
def metrics() -> "dict[str, Metric]":
    """Metrics by the name of their table."""
    return {metric.name: metric for _, metric in _found("metrics", "METRIC")}


@cache
def figures() -> "dict[str, Figure]":
    """Kinds of figures by name, in the order in which readers see them."""
    found = sorted((f for _, f in _found("figures", "FIGURE")), key=lambda f: (f.order, f.kind))
    return {figure.kind: figure for figure in found}


@cache
def benchmarks() -> "dict[str, Benchmark]":
    """Benchmarks by name, in the order of their table."""
    found = sorted((b for _, b in _found("benchmarks", "BENCHMARK")), key=lambda b: b.order)
    return {benchmark.name: benchmark for benchmark in found}
