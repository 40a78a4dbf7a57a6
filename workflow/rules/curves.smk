# Learning curves in the published format: mean, minimum and maximum over the seeds.
#   needs: the raw rows of a comparison
#   makes: results/<run>/curves/Result_<label>-<code>.csv, and Result_<label>_ACC-<code>.csv for
#          classifiers


rule curves:
    input:
        lambda w: EXPERIMENT.path(
            "runs", label=w.curve.removesuffix("_ACC"), code=w.code
        ),
    output:
        EXPERIMENT.pattern("curves").replace("{label}", "{curve}"),
    log:
        f"results/{EXPERIMENT.run}/logs/curves/{{curve}}-{{code}}.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        quantity=quantity_of,
        code=job_code.curves(),
    shell:
        "python -m epochbudget curves {input:q} --quantity {params.quantity}"
        " --out {output:q} --log {log:q}"
