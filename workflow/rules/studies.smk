# One Optuna study per model and method, at one epoch budget.
#   needs: the model's data set
#   makes: results/<run>/studies/<label>/<code>/{best.json,trials.csv}
#   keeps: journal.log beside them, and every trial's run in results/store, so that nothing that
#          was trained is lost when a job dies


rule study:
    input:
        data=data_of,
    output:
        best=report(
            EXPERIMENT.pattern("best"),
            caption="../report/captions/study.rst",
            category="Studies",
            subcategory="{label}",
            labels={"method": "{code}", "file": "best.json"},
        ),
        trials=report(
            EXPERIMENT.pattern("trials"),
            caption="../report/captions/study.rst",
            category="Studies",
            subcategory="{label}",
            labels={"method": "{code}", "file": "trials.csv"},
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/study/{{label}}-{{code}}.log",
    benchmark:
        f"results/{EXPERIMENT.run}/benchmarks/study/{{label}}-{{code}}.tsv"
    conda:
        "../../envs/epochbudget.yaml"
    threads: EXPERIMENT.config.training.workers
    params:
        spec=lambda w: canonical_json(EXPERIMENT.study_spec(pair(w))),
        code=lambda w: job_code.study(pair(w)),
        folder=lambda w, output: str(Path(output.best).parent),
    shell:
        "python -m epochbudget study {params.spec:q} --data {input.data:q}"
        " --folder {params.folder:q} --log {log:q} --workers {threads}"
