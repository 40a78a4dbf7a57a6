# The picture of the rules in the README: `snakemake dag --cores 1`.
#   needs: Graphviz (dot)
#   makes: docs/workflow.svg; not declared, as Snakemake would delete the old one if `dot` is missing


rule dag:
    log:
        "results/logs/dag.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    shell:
        "command -v dot > /dev/null ||"
        " {{ echo 'dot draws the rules, and is not there. Hint: install Graphviz' >&2; exit 1; }}\n"
        "mkdir -p docs\n"
        "python -m snakemake all verify --rulegraph dot 2> {log:q}"
        " | dot -Grankdir=LR -Tsvg -o docs/.workflow.svg\n"
        "mv docs/.workflow.svg docs/workflow.svg"
