# One comparison per model and method: all epoch budgets, all seeds.
#   needs: the model's data set and, except in mode `compare`, the method's study
#   makes: results/<run>/curves/Result_<label>-<code>.parquet, one row per budget, seed and epoch
#   keeps: every run in results/store: a finished run is never trained again


rule compare:
    input:
        data=data_of,
        best=best_of,
    output:
        EXPERIMENT.pattern("runs"),
    log:
        f"results/{EXPERIMENT.run}/logs/compare/{{label}}-{{code}}.log",
    benchmark:
        f"results/{EXPERIMENT.run}/benchmarks/compare/{{label}}-{{code}}.tsv"
    conda:
        "../../envs/epochbudget.yaml"
    threads: EXPERIMENT.config.training.workers
    params:
        spec=lambda w: canonical_json(EXPERIMENT.comparison_spec(pair(w))),
        code=lambda w: job_code.comparison(pair(w)),
        best=lambda w, input: ["--best", input.best] if input.best else [],
    shell:
        "python -m epochbudget compare {params.spec:q} --data {input.data:q} {params.best:q}"
        " --out {output:q} --log {log:q} --workers {threads}"
