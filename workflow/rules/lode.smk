# LODE: earlier runs are observed, a latent ODE learns from them, and comparisons are steered by it.
#   needs: the model's data set
#   makes: results/<run>/lode/<label>/prior/<code>.json, what was observed of each method's runs;
#          results/<run>/lode/<label>/<code>.json, what a method of LODE's has learnt from them;
#          results/<run>/lode/table.csv, LODE beside its controls, seed by seed
#   keeps: every run in results/store


rule lode_prior:
    input:
        data=data_of,
    output:
        EXPERIMENT.pattern("prior"),
    log:
        f"results/{EXPERIMENT.run}/logs/lode_prior/{{label}}-{{code}}.log",
    benchmark:
        f"results/{EXPERIMENT.run}/benchmarks/lode_prior/{{label}}-{{code}}.tsv"
    conda:
        "../../envs/epochbudget.yaml"
    threads: EXPERIMENT.config.training.workers
    params:
        spec=lambda w: canonical_json(EXPERIMENT.prior_spec(prior_pair(w))),
        code=lambda w: job_code.prior(prior_pair(w)),
    shell:
        "python -m epochbudget lode-prior {params.spec:q} --data {input.data:q} --out {output:q}"
        " --log {log:q} --workers {threads}"


rule lode_learn:
    input:
        priors_of,
    output:
        EXPERIMENT.pattern("lode"),
    log:
        f"results/{EXPERIMENT.run}/logs/lode_learn/{{label}}-{{code}}.log",
    benchmark:
        f"results/{EXPERIMENT.run}/benchmarks/lode_learn/{{label}}-{{code}}.tsv"
    conda:
        "../../envs/epochbudget.yaml"
    params:
        spec=lambda w: canonical_json(EXPERIMENT.lode_spec(pair(w))),
        code=job_code.lode(),
    shell:
        "python -m epochbudget lode-learn {params.spec:q} --priors {input:q} --out {output:q}"
        " --log {log:q}"


rule lode_table:
    input:
        runs=[
            EXPERIMENT.path("runs", label=p.label, code=p.code)
            for p in EXPERIMENT.pairs
            if EXPERIMENT.steered
        ],
        learnt=[
            EXPERIMENT.path("lode", label=p.label, code=p.code)
            for p in EXPERIMENT.steered
        ],
    output:
        EXPERIMENT.pattern("lode_table"),
    log:
        f"results/{EXPERIMENT.run}/logs/lode_table.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        code=job_code.lode_table(),
    shell:
        "python -m epochbudget lode-table --runs {input.runs:q} --learnt {input.learnt:q}"
        " --out {output:q} --log {log:q}"
