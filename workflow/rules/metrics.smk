# Tables of metrics: of the learning curves, and of the schedules themselves.
#   needs: the raw rows of all comparisons; nothing for metrics of schedules
#   makes: results/<run>/metrics/<metric>.csv


rule metric:
    input:
        curves_of,
    output:
        report(
            EXPERIMENT.pattern("metric"),
            caption="../report/captions/metric.rst",
            category="Metrics",
            labels={"table": "{metric}"},
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/metrics/{{metric}}.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        code=lambda w: job_code.metric(w.metric),
        caption=caption_of_metric,
    shell:
        "python -m epochbudget metric {wildcards.metric} --runs {input:q}"
        " --out {output:q} --log {log:q}"
