# Learning-rate range tests, one for each model: `snakemake lr_range --cores 2`.
#   needs: the model's data set
#   makes: results/<run>/lr_range/<label>.{csv,json}, figures/<run>/lr_range_<label>.{png,pdf}
from epochbudget.lr_range.spec import pair_of, range_code, range_spec


rule lr_range_of_a_model:
    input:
        data=lambda w: EXPERIMENT.path(
            "data", dataset=pair_of(EXPERIMENT, w.label).task.dataset
        ),
    output:
        csv=EXPERIMENT.pattern("lr_range"),
        json=EXPERIMENT.pattern("lr_range").replace(".csv", ".json"),
        png=f"figures/{EXPERIMENT.run}/lr_range_{{label}}.png",
        pdf=f"figures/{EXPERIMENT.run}/lr_range_{{label}}.pdf",
    log:
        f"results/{EXPERIMENT.run}/logs/lr_range/{{label}}.log",
    conda:
        "../../envs/epochbudget.yaml"
    params:
        spec=lambda w: canonical_json(range_spec(EXPERIMENT, w.label)),
        code=lambda w: range_code(EXPERIMENT, w.label),
    shell:
        "python -m epochbudget lr-range --spec {params.spec:q} --data {input.data:q}"
        " --out {output.csv:q} --figure {output.png:q} --log {log:q}"


rule lr_range:
    input:
        expand(rules.lr_range_of_a_model.output, label=EXPERIMENT.labels),
    localrule: True
