# Figures, each as PNG and PDF.
#   needs: what the figure's kind says (curves, metrics, data, or nothing)
#   makes: figures/<run>/<figure>.{png,pdf}


rule figure:
    input:
        lambda w: drawing(w).inputs,
    output:
        png=EXPERIMENT.pattern("figure").replace("{format}", "png"),
        pdf=EXPERIMENT.pattern("figure").replace("{format}", "pdf"),
    log:
        f"results/{EXPERIMENT.run}/logs/figures/{{figure}}.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        kind=lambda w: drawing(w).kind,
        options=lambda w: canonical_json(drawing(w).options),
        code=lambda w: EXPERIMENT.figure_code(drawing(w).kind),
    shell:
        "python -m epochbudget figure {params.kind} {params.options:q} --inputs {input:q}"
        " --out {output.png:q} --log {log:q}"


# The figures that need no training: of the schedules themselves, and of generated data.
rule figures_analytic:
    input:
        EXPERIMENT.analytic_figures,
    localrule: True
