"""How verdicts are reached, in words, for the report."""

from collections.abc import Mapping, Sequence

from epochbudget.config.describe import descriptions
from epochbudget.config.verification import Margins
from epochbudget.verification.intervals import interval_power


def margin_rows(margins: Mapping[str, float]) -> list[dict[str, str]]:
    """Quantity, margin and its reason; that of the shipped margins is no reason for others."""
    why = "half the median distance between neighbouring methods in the paper's tables"
    units, shipped = descriptions(Margins), Margins().model_dump()
    return [
        {
            "quantity": name,
            "margin": f"{size:g}, {units[name][0].lower()}{units[name][1:]}",
            "why": why if size == shipped[name] else f"configured (as shipped: {shipped[name]:g})",
        }
        for name, size in margins.items()
    ]


def rule(known_models: Sequence[str]) -> list[str]:
    """Paragraphs on the verdicts, with the power of the tests and their true error rates.

    Args:
        known_models: Models whose published smallest and largest seed are known.
    """
    with_range, mean_only = (interval_power(5, 5, known_range=known) for known in (True, False))
    known = (
        f"For {' and '.join(known_models)} the authors' curves were given, which tell smallest and "
        "largest seed; for the other models the mean alone is known."
        if known_models
        else "The authors' curves were not given, so the published means alone are known."
    )
    return [
        "Final values are means over five seeds. A number of ours lies in the interval if it "
        "differs from the published one by no more than two sets of five seeds would in 95 of 100 "
        "cases. Losses are compared through their log10. The spread of a seed is pooled from ours "
        "and from the published smallest and largest seed (divided by 2.326), giving 1.464 "
        f"spreads, or is ours alone, giving 1.756. {known}",
        "SLCD, regressions and improvements follow from the mean curve of five seeds. Their "
        "standard error is a jackknife over the seeds, and the published value is taken to be as "
        "uncertain as ours.",
        "A number is equivalent if the 90 % confidence interval of the difference lies inside the "
        "margin (two one-sided tests). Reproduced: in the interval and equivalent. Consistent: in "
        "the interval only. Different but small: equivalent only. Not reproduced: neither. "
        "Incomparable: another protocol, a diverged seed, or fewer than five seeds. Not run: "
        "nothing to compare.",
        "Power: if the truth differs by two spreads of a seed, the interval notices it with "
        f"probability {with_range:.0%} where the published range is known and {mean_only:.0%} "
        "where it is not. So “consistent” is weak evidence, and only “reproduced” says that a "
        "difference as large as the margin is excluded.",
        "False alarms, by simulation: 4.4 to 4.7 % with a range (whose divisor is a little too "
        "cautious) and 5.0 to 5.5 % without, as long as seeds spread by 0.2 in log10 at most; 8 to "
        "9 % at a spread of 0.85, the widest of the authors' LSTM curves, because the logarithm of "
        "a mean is not a mean of logarithms. For jackknife intervals 5 to 8 %, up to 11 % for R2.",
        "Claims are tested seed by seed. Holds: true in every one of at least five seeds (p = "
        "1/32 for five by chance). Contradicted: one and the same rival wins in every seed, or the "
        "claim is false in every seed. Direction only: the means agree. Undecided: none of these.",
        "Which EH was published: a version fits if at most one of its four final values misses its "
        "interval. Two or more miss in 1.4 % of true cases if the four were independent, and more "
        "often where seeds spread widely.",
    ]
