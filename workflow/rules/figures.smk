# Figures, each as PNG and PDF.
#   needs: what the figure's kind says (curves, metrics, data, or nothing)
#   makes: figures/<run>/<figure>.{png,pdf}, figures/<run>/index.html
from epochbudget.digest import code_digest
from epochbudget.gallery.cards import TEMPLATES as GALLERY_TEMPLATES


rule figure:
    input:
        lambda w: drawing(w).inputs,
    output:
        png=reported_figure(
            EXPERIMENT.pattern("figure").replace("{format}", "png"), GALLERY
        ),
        pdf=reported_figure(
            EXPERIMENT.pattern("figure").replace("{format}", "pdf"), GALLERY
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/figures/{{figure}}.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        kind=lambda w: drawing(w).kind,
        options=lambda w: canonical_json(drawing(w).options),
        code=lambda w: job_code.figure(drawing(w).kind),
        # For the report; a function of `output`, so that a new caption redraws nothing.
        caption=lambda w, output: registry.figures()[drawing(w).kind].caption,
    shell:
        "python -m epochbudget figure {params.kind} {params.options:q} --inputs {input:q}"
        " --out {output.png:q} --log {log:q}"


# One page of all figures of the run.
rule gallery:
    input:
        figures=[file for card in GALLERY.cards for file in (card.png, card.pdf)],
        templates=expand("workflow/report/{file}", file=GALLERY_TEMPLATES),
    output:
        report(
            EXPERIMENT.pattern("gallery"),
            caption="../report/captions/gallery.rst",
            category="Gallery",
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/gallery.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        cards=GALLERY.digest,
        code=code_digest("epochbudget.gallery.page"),
        command=command_of_figure,
        # A function of `output`, because the cards say already what of it matters here.
        source=lambda w, output: [
            "--config",
            canonical_json(EXPERIMENT.config.model_dump(mode="json")),
        ],
    shell:
        "python -m epochbudget gallery {params.source:q} --command {params.command:q}"
        " --out {output:q} --log {log:q}"


# The figures that need no training: of the schedules themselves, and of generated data.
rule figures_analytic:
    input:
        EXPERIMENT.analytic_figures,
    localrule: True


# The figures of the groups of methods that the configuration names.
rule figures_groups:
    input:
        EXPERIMENT.group_figures,
    localrule: True
