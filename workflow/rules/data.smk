# Data sets, one file each.
#   needs: nothing; cifar10 and cifar100 need the network once, `folder` the files of its folder
#   makes: results/<run>/data/<dataset>.parquet (.npz for images)


rule generate_data:
    input:
        files_of,
    output:
        EXPERIMENT.pattern("data"),
    log:
        f"results/{EXPERIMENT.run}/logs/data/{{dataset}}{{suffix}}.log",
    wildcard_constraints:
        dataset=names(n for n, d in registry.datasets().items() if not d.local),
    conda:
        "../../envs/epochbudget.yaml"
    params:
        settings=lambda w: canonical_json(EXPERIMENT.data_spec(w.dataset)),
        code=lambda w: job_code.data(w.dataset),
    shell:
        "python -m epochbudget data {wildcards.dataset} {params.settings:q} --out {output:q}"
        " --log {log:q}"


# Cluster nodes often have no network, so downloads run where Snakemake runs.
use rule generate_data as download_data with:
    wildcard_constraints:
        dataset=names(n for n, d in registry.datasets().items() if d.local),
    localrule: True
