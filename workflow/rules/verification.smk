# The run's numbers against the published ones: `snakemake verify`.
#   needs: the comparisons of models and methods with published numbers, config/published/, and
#          the authors' curves if `published_curves` names them
#   makes: results/<run>/verification/{verdicts.csv,claims.csv,report.html}
from epochbudget.step_times import DEFAULT as STEP_TIMES
from epochbudget.verification import protocol

# Read here, because a message from within a rule would come with a traceback.
told(protocol.paper)


rule closed_forms:
    output:
        "results/published/closed_forms.csv",
    log:
        "results/published/logs/closed_forms.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        code=code_digest("epochbudget.verification.closed_forms"),
    shell:
        "python -m epochbudget verify closed-forms --out {output:q} --log {log:q}"


rule judge:
    input:
        runs=lambda w: [
            EXPERIMENT.path("runs", label=p.label, code=p.code)
            for p in protocol.pairs(EXPERIMENT)
        ],
        curves=rules.recompute_published.input.curves,
        tables=rules.recompute_published.input.tables,
        recomputed=rules.recompute_published.output,
        closed_forms=rules.closed_forms.output,
        pareto=protocol.pareto(EXPERIMENT),
        templates=expand("workflow/report/{file}", file=protocol.TEMPLATES),
        checksums=rules.recompute_published.input.checksums,
        paper=str(protocol.PAPER),
        times=str(STEP_TIMES),
    output:
        verdicts=report(
            EXPERIMENT.pattern("verdicts"),
            caption="../report/captions/verification.rst",
            category="Verification",
            labels={"file": "verdicts.csv"},
        ),
        claims=report(
            EXPERIMENT.pattern("claims"),
            caption="../report/captions/verification.rst",
            category="Verification",
            labels={"file": "claims.csv"},
        ),
        report=report(
            EXPERIMENT.pattern("report"),
            caption="../report/captions/verification.rst",
            category="Verification",
            labels={"file": "report.html"},
        ),
    log:
        f"results/{EXPERIMENT.run}/logs/verification.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    params:
        spec=lambda w: canonical_json(protocol.specification(EXPERIMENT)),
        code=code_digest(
            "epochbudget.verification.gather",
            "epochbudget.verification.report",
            *PUBLISHED_METRICS,
        ),
        folder=lambda w, output: str(Path(output.report).parent),
    shell:
        "python -m epochbudget verify judge {params.spec:q} --curves {input.curves:q}"
        " --pareto {input.pareto:q} --recomputed {input.recomputed:q} --closed-forms {input.closed_forms:q}"
        " --folder {params.folder:q} --log {log:q}"


rule verify:
    input:
        verdicts=rules.judge.output.verdicts,
        claims=rules.judge.output.claims,
        report=rules.judge.output.report,
        closed_forms=rules.closed_forms.output,
        figures=protocol.figures(EXPERIMENT),
    log:
        f"results/{EXPERIMENT.run}/logs/verify.log",
    localrule: True
    conda:
        "../../envs/epochbudget.yaml"
    shell:
        "python -m epochbudget verify summary {input.verdicts:q} {input.claims:q}"
        " {input.closed_forms:q} --log {log:q}"
