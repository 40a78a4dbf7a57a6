# The package on the path, the checked configuration, the patterns of wildcards, and the functions
# that rules ask for their inputs. Makes no file itself.
import gc
import inspect
import json
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "workflow" / "src"))

from epochbudget import job_code, registry
from epochbudget.config.load import load
from epochbudget.config.read import read_yaml
from epochbudget.errors import UserError, file_failure
from epochbudget.experiment import Experiment
from epochbudget.files import canonical_json
from epochbudget.gallery.cards import gallery_of
from epochbudget.jobs import export_environment


def told(function, *arguments):
    """What a function returns. A user's mistake ends Snakemake with its message and nothing else."""
    try:
        return function(*arguments)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    except OSError as error:
        raise WorkflowError(str(file_failure(error))) from None


# Snakemake has read these files already; this refuses keys that are given twice.
for source in map(Path, workflow.configfiles):
    if source.suffix in (".yaml", ".yml"):
        told(read_yaml, source)

EXPERIMENT = Experiment(told(load, config))
GALLERY = gallery_of(EXPERIMENT)

export_environment(EXPERIMENT.runtime)

# What is loaded by now stays. Python's collector would look through all of it again and again while
# the DAG grows, which is a tenth of a dry run.
gc.freeze()


def pair(wildcards):
    """The pair of model and method that a job is about."""
    return EXPERIMENT.pair(wildcards.label, wildcards.code)


def files_of(wildcards):
    """The files that a data set is made from; none, unless it is the user's own."""
    dataset = registry.datasets()[wildcards.dataset]
    return dataset.inputs(EXPERIMENT.data_spec(wildcards.dataset))


def data_of(wildcards):
    """The data file of a job's model."""
    found = next(p for p in EXPERIMENT.pairs if p.label == wildcards.label)
    return EXPERIMENT.path("data", dataset=found.task.dataset)


def best_of(wildcards):
    """The file that a comparison takes its hyperparameters from, if it needs one."""
    return EXPERIMENT.found(pair(wildcards)) or []


def prior_pair(wildcards):
    """The pair of model and method that earlier runs, from which LODE learns, are of."""
    pairs = EXPERIMENT.priors(wildcards.label)
    return next(pair for pair in pairs if pair.code == wildcards.code)


def priors_of(wildcards):
    """All earlier runs of a model."""
    return [
        EXPERIMENT.path("prior", label=pair.label, code=pair.code)
        for pair in EXPERIMENT.priors(wildcards.label)
    ]


def quantity_of(wildcards):
    """What a curve file holds, by its label."""
    return "loss" if wildcards.curve in EXPERIMENT.labels else "accuracy"


def curves_of(wildcards):
    """All comparisons, for a metric of curves."""
    if not registry.metrics()[wildcards.metric].from_curves:
        return []
    return [
        EXPERIMENT.path("runs", label=p.label, code=p.code) for p in EXPERIMENT.pairs
    ]


def drawing(wildcards):
    """What a figure is drawn from."""
    return EXPERIMENT.drawings[wildcards.figure]


# Their alphabetical order is the report's: it shows the first at once.
FORMATS = {".png": "bitmap (PNG)", ".pdf": "vector (PDF)"}


def reported_figure(path, gallery):
    """A figure's file with its place in Snakemake's report."""
    cards = {card.name: card for card in gallery.cards}
    return report(
        path,
        caption="../report/captions/figure.rst",
        category=lambda w: cards[w.figure].figure.title,
        subcategory=lambda w: cards[w.figure].labels["model"],
        labels=lambda w: {
            **cards[w.figure].labels,
            "format": FORMATS[Path(path).suffix],
        },
    )


def caption_of_metric(wildcards, output):
    """What a table of metrics holds. Depending on `output`, it causes no rerun."""
    compute = registry.metrics()[wildcards.metric].compute
    return inspect.getdoc(inspect.getmodule(compute)).splitlines()[0]


def command_of_figure(wildcards, output):
    """Words of the command that makes a figure of this run; None stands for its file.

    Depending on `output`, it causes no rerun.
    """
    settings = workflow.config_settings
    files = [os.path.relpath(path) for path in settings.configfiles]
    given = [f"{key}={json.dumps(value)}" for key, value in settings.config.items()]
    return canonical_json(
        [
            *("snakemake", "--cores", "2", None),
            *(["--configfile", *files] if files else []),
            *(["--config", *given] if given else []),
        ]
    )


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
