# The published numbers, recomputed from the authors' curves: `snakemake verify_published --cores 1
# --config published_curves=DIR` (or =download), with no training; and the paper's figures, drawn from
# them: `snakemake figures_published`, with the same setting.
#   needs: config/published/, the curves (those that are missing leave numbers and figures out)
#   makes: results/published/numbers.csv, results/cache/published_curves/ if they are downloaded,
#          figures/published/<figure>.{png,pdf}, figures/published/index.html
from epochbudget.digest import code_digest
from epochbudget.gallery.cards import published_gallery
from epochbudget.published.drawings import published_drawings
from epochbudget.published.sources import CACHE, CHECKSUMS, curve_files
from epochbudget.published.sources import FOLDER as PUBLISHED
from epochbudget.published.tables import TABLES, read_checksums

PUBLISHED_CURVES = read_checksums(PUBLISHED / CHECKSUMS)
CURVE_FILES = told(curve_files, EXPERIMENT.config.published_curves, PUBLISHED_CURVES)
PUBLISHED_DRAWINGS = published_drawings(CURVE_FILES)
PUBLISHED_GALLERY = published_gallery(CURVE_FILES)
PUBLISHED_METRICS = [registry.metrics()[t].compute.__module__ for t in TABLES]


# One job a file: what is there stays when another one fails. No code digest, because the checksum
# says all about what comes.
rule download_published_curves:
    output:
        f"{CACHE}/{{file}}",
    log:
        "results/published/logs/{file}.log",
    wildcard_constraints:
        file=names(PUBLISHED_CURVES),
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        folder=CACHE,
        checksum=lambda w: PUBLISHED_CURVES[w.file],
    shell:
        "python -m epochbudget published download {wildcards.file} --out {params.folder:q}"
        " --log {log:q}"


rule recompute_published:
    input:
        curves=CURVE_FILES,
        tables=[str(PUBLISHED / f"{table}.csv") for table in TABLES],
        checksums=str(PUBLISHED / CHECKSUMS),
    output:
        "results/published/numbers.csv",
    log:
        "results/published/logs/numbers.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        code=code_digest("epochbudget.published.recompute", *PUBLISHED_METRICS),
    shell:
        "python -m epochbudget published recompute --curves {input.curves:q} --out {output:q}"
        " --log {log:q}"


rule verify_published:
    input:
        rules.recompute_published.output,
    log:
        "results/published/logs/verify_published.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    shell:
        "python -m epochbudget published summary {input:q} --log {log:q}"


use rule figure as published_figure with:
    input:
        lambda w: PUBLISHED_DRAWINGS[w.figure].inputs,
    output:
        png=reported_figure("figures/published/{figure}.png", PUBLISHED_GALLERY),
        pdf=reported_figure("figures/published/{figure}.pdf", PUBLISHED_GALLERY),
    log:
        "results/published/logs/figures/{figure}.log",
    wildcard_constraints:
        figure=names(PUBLISHED_DRAWINGS),
    params:
        kind=lambda w: PUBLISHED_DRAWINGS[w.figure].kind,
        options=lambda w: canonical_json(PUBLISHED_DRAWINGS[w.figure].options),
        code=lambda w: job_code.figure(PUBLISHED_DRAWINGS[w.figure].kind),
        caption=lambda w, output: registry.figures()[
            PUBLISHED_DRAWINGS[w.figure].kind
        ].caption,


use rule gallery as published_gallery with:
    input:
        figures=[f for card in PUBLISHED_GALLERY.cards for f in (card.png, card.pdf)],
        templates=rules.gallery.input.templates,
    output:
        report(
            "figures/published/index.html",
            caption="../report/captions/gallery.rst",
            category="Gallery",
        ),
    log:
        "results/published/logs/gallery.log",
    params:
        cards=PUBLISHED_GALLERY.digest,
        code=rules.gallery.params.code,
        command=command_of_figure,
        source=lambda w, output: ["--curves", *CURVE_FILES],


rule figures_published:
    input:
        figures=rules.published_gallery.input.figures,
        gallery=rules.published_gallery.output if PUBLISHED_DRAWINGS else [],
    log:
        "results/published/logs/figures_published.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    shell:
        "python -m epochbudget published figures {input.figures:q} --log {log:q}"
