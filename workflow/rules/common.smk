# What every rule file needs: the package on the path, the checked configuration, the patterns of
# wildcards. Makes no file itself.
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

SOURCE = str(Path(workflow.basedir) / "workflow" / "src")
sys.path.insert(0, SOURCE)
# Jobs run this checkout's package with this Python, whatever else is installed or activated.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [SOURCE, os.environ.get("PYTHONPATH")])
)
os.environ["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ["PATH"]]
)

from epochbudget import registry
from epochbudget.config.load import load
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.files import canonical_json

try:
    EXPERIMENT = Experiment(load(config))
except UserError as error:
    raise WorkflowError(str(error)) from None

# How jobs run, not what they compute: in no rule's params, so that a change reruns nothing.
RUNTIME = canonical_json(EXPERIMENT.runtime)


def pair(wildcards):
    """The pair of model and method that a job is about."""
    return EXPERIMENT.pair(wildcards.label, wildcards.code)


def data_of(wildcards):
    """The data file of a job's model."""
    return EXPERIMENT.path("data", dataset=pair(wildcards).task.dataset)


def names(values):
    """A regular expression for one of `values` (for nothing, if there are none)."""
    return "|".join(map(re.escape, values)) or "(?!)"


wildcard_constraints:
    suffix=r"\.parquet|\.npz",
    label=names(EXPERIMENT.labels),
    curve=names(EXPERIMENT.curve_labels),
    code=names(registry.methods()),
    metric=names(registry.metrics()),
    figure=names(EXPERIMENT.drawings),
