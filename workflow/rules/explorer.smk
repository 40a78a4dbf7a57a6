# A page that draws learning rates, to open in a browser: `snakemake schedule_explorer --cores 1`.
#   needs: the templates, and the methods' .py and .js files
#   makes: figures/schedule_explorer.html
from epochbudget import explorer
from epochbudget.digest import code_digest


rule schedule_explorer:
    input:
        templates=expand("workflow/report/{file}", file=explorer.TEMPLATES),
    output:
        "figures/schedule_explorer.html",
    log:
        "results/explorer.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        methods=explorer.digest(),
        code=code_digest(
            "epochbudget.explorer", *[m.module for m in registry.methods().values()]
        ),
    shell:
        "python -m epochbudget explorer --out {output:q} --log {log:q}"
