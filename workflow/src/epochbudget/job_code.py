"""Digests of the code that each kind of job runs: what makes it run again when it changes."""

from typing import Any

from epochbudget import registry
from epochbudget.digest import code_digest
from epochbudget.experiment import Pair
from epochbudget.training.run import run_code


def study(pair: Pair) -> str:
    """Digest of the code of a study."""
    return f"{code_digest('epochbudget.studies')}-{run_code(pair.task, pair.method)}"


def comparison(pair: Pair) -> str:
    """Digest of the code of a comparison."""
    return f"{code_digest('epochbudget.comparison')}-{run_code(pair.task, pair.method)}"


def prior(pair: Pair) -> str:
    """Digest of the code of the earlier runs that LODE learns from."""
    return f"{code_digest('epochbudget.lode.prior')}-{run_code(pair.task, pair.method)}"


def lode() -> str:
    """Digest of the code that learns from them."""
    return code_digest("epochbudget.lode.learn")


def lode_table() -> str:
    """Digest of the code that compares LODE with its controls."""
    return code_digest("epochbudget.lode.table")


def data(dataset: str) -> str:
    """Digest of the code that makes a data set."""
    return code_digest(_module(registry.datasets()[dataset].write))


def curves() -> str:
    """Digest of the code that exports curves."""
    return code_digest("epochbudget.raw_runs")


def metric(name: str) -> str:
    """Digest of the code of a metric."""
    entry = registry.metrics()[name]
    methods = [m.module for m in registry.methods().values()] if entry.of_methods else []
    return code_digest(_module(entry.compute), "epochbudget.raw_runs", *methods)


def figure(kind: str) -> str:
    """Digest of the code of a kind of figures."""
    return code_digest(_module(registry.figures()[kind].draw))


def benchmark(name: str) -> str:
    """Digest of the code of a benchmark and of what it imports."""
    return code_digest(_module(registry.benchmarks()[name].measure))


def speedups() -> str:
    """Digest of the code that draws the benchmarks."""
    return code_digest("epochbudget.benchmarks.tools.table")


def _module(function: Any) -> str:
    """The module in which a registry entry's function is defined."""
    return str(function.__module__)
