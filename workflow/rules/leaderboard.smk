# The accuracies of a run's methods, ranked, beside the published ones of the schedule benchmark:
# `snakemake leaderboard`. Runs with one of its models draw it as a figure too.
#   needs: the tables of best and final values, config/published/schedule_benchmark.yaml
#   makes: results/<run>/leaderboard.csv
from epochbudget import leaderboard
from epochbudget.digest import code_digest
from epochbudget.verification import baselines

told(baselines.published)


rule rank_methods:
    input:
        [EXPERIMENT.path("metric", metric=table) for table in leaderboard.TABLES],
    output:
        report(
            EXPERIMENT.pattern("leaderboard"),
            caption="../report/captions/leaderboard.rst",
            category="Leaderboard",
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/leaderboard.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        spec=canonical_json(leaderboard.specification(EXPERIMENT)),
        code=code_digest("epochbudget.leaderboard"),
    shell:
        "python -m epochbudget leaderboard {params.spec:q} --tables {input:q} --out {output:q}"
        " --log {log:q}"


rule leaderboard:
    input:
        rules.rank_methods.output,
        [
            EXPERIMENT.path("figure", figure="leaderboard", format=format)
            for format in ("png", "pdf")
            if "leaderboard" in EXPERIMENT.drawings
        ],
    localrule: True
