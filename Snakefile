# epochbudget: data -> studies -> comparisons -> curves -> metrics -> figures
#
#   snakemake --cores 2                                   the default run (config/config.yaml)
#   snakemake --cores 8 --profile slurm                   the paper's protocol on a cluster
#   snakemake --cores 2 figures/demo/oscillator.png       one figure, with what it needs
#   snakemake verify_published --cores 1                  the published numbers, without training
#   snakemake verify --cores 2                            a run's numbers against the published ones
#   snakemake leaderboard --cores 2                       methods ranked by their accuracy
#   snakemake schedule_explorer --cores 1                 a page to compare learning rates
#   snakemake lr_range --cores 2                          which learning rates each model can take
#   snakemake benchmark --cores 1                         every fast path beside its plain reference
from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/comparisons.smk"
include: "workflow/rules/lode.smk"
include: "workflow/rules/curves.smk"
include: "workflow/rules/metrics.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/leaderboard.smk"
include: "workflow/rules/explorer.smk"
include: "workflow/rules/lr_range.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/verification.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/dag.smk"


rule all:
    default_target: True
    input:
        EXPERIMENT.results,
    localrule: True
