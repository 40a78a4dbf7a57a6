# Figures, each as PNG and PDF.
#   needs: what the figure's kind says (curves, metrics, data, or nothing)
#   makes: figures/<run>/<figure>.{png,pdf}


def kind_of(wildcards):
    return EXPERIMENT.drawings[wildcards.figure][0]


def drawing_of(wildcards):
    return EXPERIMENT.drawings[wildcards.figure][1]


rule figure:
    input:
        lambda w: drawing_of(w).inputs,
    output:
        png=EXPERIMENT.pattern("figure").replace("{format}", "png"),
        pdf=EXPERIMENT.pattern("figure").replace("{format}", "pdf"),
    log:
        f"results/{EXPERIMENT.run}/logs/figures/{{figure}}.log",
    conda:
        "../../envs/epochbudget.yaml"
    params:
        kind=kind_of,
        options=lambda w: canonical_json(drawing_of(w).options),
        code=lambda w: EXPERIMENT.figure_code(kind_of(w)),
    shell:
        "python -m epochbudget figure {params.kind} {params.options:q} --inputs {input:q}"
        " --out {output.png:q} --log {log:q}"
