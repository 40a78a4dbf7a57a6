"""What a careful reader of the published numbers must know, computed where it can be."""

from collections.abc import Callable

from epochbudget.verification import findings
from epochbudget.verification.cells import Row
from epochbudget.verification.findings import Sources

COLUMNS = ("number", "title", "text", "finding", "source")
HISTORY = "history of the authors' repository"
CODE = "code in the authors' repository"
NUMBERS = "published numbers"
CURVES = "the authors' curves"


def rows(sources: Sources) -> list[Row]:
    """A row with COLUMNS for each caveat."""
    found = []
    for number, (title, text, finding, source) in enumerate(_CAVEATS, start=1):
        computed = finding if isinstance(finding, str) else finding(sources)
        values = (number, title, text, computed, source)
        found.append(dict(zip(COLUMNS, values, strict=True)))
    return found


Finding = str | Callable[[Sources], str]
_CAVEATS: tuple[tuple[str, str, Finding, str], ...] = (
    (
        "EH once stepped the optimizer too",
        "Until 2024-07-24 ExpHyperbolicLR.step() also called optimizer.step(): one more AdamW "
        "update an epoch, on stale gradients. The published EH curves of LSTM and CNN are older. "
        "The method EH-legacy repeats it.",
        findings.extra_step,
        HISTORY,
    ),
    (
        "TraONet's H and EH were run anew, its rivals were not",
        "After 2024-07-05 the curves of H and EH were replaced by better ones; P, C and E stayed.",
        findings.replaced,
        HISTORY,
    ),
    (
        "N and E are insensitive to the budget by definition",
        "Their rates do not know it, so all budgets share one curve and their true SLCD is 0. That "
        "EH has the lowest SLCD can only be meant among P, C, H and EH.",
        findings.controls,
        CURVES,
    ),
    (
        "One seed can dominate a mean",
        "Final losses are arithmetic means of five seeds. In the authors' DeepONet curves the "
        "worst seed makes 93 to 96 % of that for P at 100 and 150 epochs and C at 100 and 200.",
        findings.worst_seed,
        CURVES,
    ),
    (
        "Splits were drawn before seeding",
        "The split of the oscillator's windows and the subset of CIFAR-10 differ between launches "
        "of the authors' code.",
        "Here both are drawn from seeds of their own, the same in all runs.",
        CODE,
    ),
    (
        "Tuning and comparison share seeds and validation data",
        "The comparison's final losses are those that the studies minimised.",
        findings.shared_seeds,
        CODE,
    ),
    (
        "DeepONet's bias was probably never trained",
        "The parameter is wrapped before it is moved to the GPU, so the moved copy is unknown to "
        "the optimizer.",
        findings.bias,
        CODE,
    ),
    (
        "SimpleCNN was validated on all 10,000 test images",
        "The authors' notes list a subset of a tenth, which the accuracies rule out. That they "
        "reach 0.87 speaks for the whole training set too.",
        findings.granularity,
        CURVES,
    ),
    (
        "Hyperparameters of the published runs are unknown",
        "Neither the best hyperparameters nor batch sizes and model sizes are published. The "
        "studies search the former anew; defaults of the authors' code stand in for the latter. A "
        "number that does not reproduce may differ for this reason alone.",
        findings.first_epoch,
        CURVES,
    ),
    (
        "The newest operator loader trains on one batch an epoch",
        "It hands a list of tensors to the data loader, with their roles permuted. The published "
        "curves are older and look like ordinary mini-batches.",
        "Here: mini-batches.",
        CODE,
    ),
    (
        "Training and validation windows of the oscillator overlap",
        "Windows are taken at every step and split at random.",
        findings.overlap,
        CODE,
    ),
    (
        "OC and CY change AdamW's beta1 too",
        "torch's OneCycleLR and CyclicLR cycle it between 0.85 and 0.95, and 0.8 and 0.9.",
        "Kept as it is; these methods are not among the published numbers.",
        CODE,
    ),
    (
        "S and CY keep a step length that was tuned at 50 epochs",
        "After a study they are independent of the budget, like N and E.",
        "Kept as it is; these methods are not among the published numbers.",
        CODE,
    ),
    (
        "SLCD of raw losses has no meaning",
        "The authors' newest tool smooths losses instead of their logarithms, and smoothed losses "
        "can be negative. The published loss tables use logarithms; so do the verdicts.",
        findings.raw_slcd,
        CODE,
    ),
    (
        "Many numbers are judged at once",
        "Each interval is missed by 1 in 20 true reproductions.",
        findings.multiplicity,
        NUMBERS,
    ),
)
