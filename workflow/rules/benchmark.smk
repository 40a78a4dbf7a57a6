# Fast paths timed beside their plain references: `snakemake benchmark --cores 1` prints the table.
#   needs: config/paper.yaml, for the sizes
#   makes: results/benchmark/*.csv, figures/benchmark/speedups.{png,pdf}


rule bench:
    input:
        "config/paper.yaml",
    output:
        "results/benchmark/{benchmark}.csv",
    log:
        "results/benchmark/logs/{benchmark}.log",
    wildcard_constraints:
        benchmark=names(registry.benchmarks()),
    conda:
        "../../envs/epochbudget.yaml"
    threads: workflow.cores  # one at a time, or they would disturb each other
    params:
        code=lambda w: job_code.benchmark(w.benchmark),
    shell:
        "python -m epochbudget bench {wildcards.benchmark} --out {output:q} --log {log:q}"


rule speedups:
    input:
        expand(rules.bench.output, benchmark=registry.benchmarks()),
    output:
        png="figures/benchmark/speedups.png",
        pdf="figures/benchmark/speedups.pdf",
    log:
        "results/benchmark/logs/speedups.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        code=job_code.speedups(),
    shell:
        "python -m epochbudget speedups {input:q} --out {output.png:q} 2> {log:q}"


rule benchmark:
    input:
        tables=rules.speedups.input,
        figure=rules.speedups.output,
    log:
        "results/benchmark/logs/benchmark.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    shell:
        "python -m epochbudget speedups {input.tables:q} 2> {log:q}"
