"""Verdicts on claims that should hold in every seed, such as "EH has the lowest SLCD"."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from epochbudget.verification.statistics import MINIMUM_SEEDS

ClaimVerdict = Literal["holds", "contradicted", "direction only", "undecided", "incomparable"]


@dataclass(frozen=True)
class Claim:
    """The verdict on a claim, by seeds.

    Attributes:
        verdict: holds: true in every seed. contradicted: see `ordering` and `always`. direction
            only: just the means over seeds agree. undecided: none of these. incomparable: fewer
            than 5 seeds.
        reason: One plain sentence with the numbers that decided.
        seeds_for: Seeds in which the claim is true.
        seeds: Seeds that could be compared.
        p: Exact one-sided sign test: the chance of at least `seeds_for` true seeds when each is
            true with probability 1/2 at most; 2^-n when all n are. None without seeds.
    """

    verdict: ClaimVerdict
    reason: str
    seeds_for: int
    seeds: int
    p: float | None


def ordering(
    name: str, values: Mapping[str, Mapping[int, float]], lower_is_better: bool = True
) -> Claim:
    """Whether one contender is best, strictly, among all, in every seed.

    Contradicted when one and the same rival is strictly better in every seed. The means are taken
    over the seeds that all contenders have; a seed whose value is not finite is left out.

    Args:
        name: The contender that is claimed to be best, a key of `values`.
        values: The value of each contender by seed.
        lower_is_better: False where the largest value is best.

    Raises:
        ValueError: `name` is no contender, or it has no rival.
    """
    if name not in values or len(values) < 2:
        raise ValueError(f"{name} and a rival are needed, not {sorted(values)}")
    sign, best = (1, "lowest") if lower_is_better else (-1, "highest")
    costs = {
        contender: {seed: sign * value for seed, value in by_seed.items() if math.isfinite(value)}
        for contender, by_seed in values.items()
    }
    own = costs.pop(name)
    seeds = sorted(set(own).intersection(*costs.values()))
    means = {
        contender: statistics.mean(cost[seed] for seed in seeds) if seeds else math.nan
        for contender, cost in {name: own, **costs}.items()
    }
    agrees = all(means[name] < means[rival] for rival in costs)
    victors = [rival for rival in costs if all(costs[rival][seed] < own[seed] for seed in seeds)]
    remarks = [f"{rival} beats it in all" for rival in victors if seeds]
    if seeds:
        remarks.append(f"the mean of its seeds is {'' if agrees else 'not '}the {best}")
    return _decide(
        [all(own[seed] < cost[seed] for cost in costs.values()) for seed in seeds],
        left_out=len(set().union(*values.values())) - len(seeds),
        statement=f"{name} is {best}",
        contradicted=bool(victors),
        agrees=agrees,
        remarks=remarks,
    )


def always(
    flags: Mapping[int, bool | None], statement: str = "true", agrees: bool = False
) -> Claim:
    """Whether a claim without rivals is true in every seed, such as "falls with the budget".

    Contradicted when it is false in every seed. A seed without an answer (None) is left out.

    Args:
        flags: The answer of each seed.
        statement: The claim, for the reason.
        agrees: Whether it is true of the mean.
    """
    known = [flag for flag in flags.values() if flag is not None]
    contradicted = not any(known)
    return _decide(known, len(flags) - len(known), statement, contradicted, agrees)


def _decide(
    flags: Sequence[bool],
    left_out: int,
    statement: str,
    contradicted: bool,
    agrees: bool = False,
    remarks: Sequence[str] = (),
) -> Claim:
    """The verdict from one flag a seed, and what the values say beyond the flags."""
    seeds, seeds_for = len(flags), sum(flags)
    p = None
    if seeds:
        p = sum(math.comb(seeds, count) for count in range(seeds_for, seeds + 1)) / 2**seeds
    verdict: ClaimVerdict = "undecided"
    if seeds < MINIMUM_SEEDS:
        verdict = "incomparable"
    elif seeds_for == seeds:
        verdict = "holds"
    elif contradicted:
        verdict = "contradicted"
    elif agrees:
        verdict = "direction only"
    parts = [
        f"{statement} in {seeds_for} of {seeds} seeds" + (f" (p = {p:.2g})" if seeds else ""),
        *remarks,
        *([f"at least {MINIMUM_SEEDS} seeds are needed"] if seeds < MINIMUM_SEEDS else []),
        *([f"seeds left out for want of a value: {left_out}"] if left_out else []),
    ]
    return Claim(verdict, "; ".join(parts), seeds_for, seeds, p)
