"""What caveats find in the published numbers, in the authors' curves and in this run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from epochbudget.curves import CurveSet
from epochbudget.metrics.definitions.finals import finals
from epochbudget.metrics.definitions.power_law import power_regression
from epochbudget.metrics.definitions.savgol import smooth
from epochbudget.metrics.definitions.slcd import relative
from epochbudget.metrics.slcd import pairs
from epochbudget.published.values import Key
from epochbudget.verification.cells import Reproduction, Row
from epochbudget.verification.claims import prefixes

NO_CURVES = "The authors' curves that tell were not given (published_curves)."


@dataclass(frozen=True)
class Sources:
    """What the findings are computed from.

    Attributes:
        published: The published numbers.
        curves: The authors' curves by label (with _ACC for accuracies) and method; may be empty.
        runs: (model, method) -> what this run has.
        claims: Rows of claims.csv.
        judged: How many published numbers got a verdict on equality.
        tuning_seeds: Seeds of the studies.
        settings: Settings of this run's models by dotted key, as far as caveats ask for them.
    """

    published: Mapping[Key, float]
    curves: Mapping[tuple[str, str], CurveSet]
    runs: Mapping[tuple[str, str], Reproduction]
    claims: Sequence[Row]
    judged: int
    tuning_seeds: Sequence[int]
    settings: Mapping[str, Any]


def extra_step(s: Sources) -> str:
    """What the claims about EH-legacy found."""
    own = [row for row in s.claims if row["claim"] == "which EH was published"]
    return "; ".join(f"{row['model']}: {row['verdict']} ({row['reason']})" for row in own)


def replaced(s: Sources) -> str:
    """The older TraONet values, from the history of the table, against the rivals of today."""
    older = {"H": 4.286e-6, "EH": 6.855e-6}
    rivals = {c: s.published[Key("TraONet", c, "final_val_loss", "200", "")] for c in ("P", "C")}
    beaten = all(rival < value for rival in rivals.values() for value in older.values())
    values = ", ".join(f"{c} {v:.4g}" for c, v in {**rivals, **older}.items())
    verb = "beat" if beaten else "do not both beat"
    return f"With the older H and EH at 200 epochs ({values}), P and C {verb} both."


def controls(s: Sources) -> str:
    """Which curves of N and E are one curve."""
    published = [
        f"{label} {code}"
        for (label, code), curves in s.curves.items()
        if code in ("N", "E") and _one_curve(curves.mean)
    ]
    own = [
        f"{model} {code}: {'yes' if all(prefixes(pair).values()) else 'no'}"
        for (model, code), pair in s.runs.items()
        if code in ("N", "E")
    ]
    theirs = (
        f"Bit-identical in the authors' curves: {', '.join(published)}." if published else NO_CURVES
    )
    return theirs + (f" In this run: {', '.join(own)}." if own else "")


def _one_curve(mean: Mapping[int, Any]) -> bool:
    longest = mean[max(mean)]
    return all(np.array_equal(curve, longest[:budget]) for budget, curve in mean.items())


def worst_seed(s: Sources) -> str:
    """Shares of the worst seed in the sum of five final losses, and a regression without it."""
    parts = []
    losses = {key: c for key, c in s.curves.items() if c.quantity == "loss"}
    shares = {
        f"{label} {code} at {budget}": float(c.high[budget][-1] / (5 * c.mean[budget][-1]))
        for (label, code), c in losses.items()
        for budget in c.mean
    }
    worst = {name: share for name, share in shares.items() if share > 0.8}
    if worst:
        texts = ", ".join(f"{name} {share:.0%}" for name, share in worst.items())
        parts.append(f"Above 80 % in the authors' curves: {texts}.")
    curves = losses.get(("OSC_LSTM", "P"))
    if curves:
        without = {b: float(5 * m[-1] - curves.high[b][-1]) / 4 for b, m in curves.mean.items()}
        before, after = (power_regression(f).get("R2") for f in (finals(curves.mean), without))
        if before is not None and after is not None:
            parts.append(f"R2 of LSTM P is {before:.3f}; without the worst seeds {after:.3f}.")
    own = [text for (model, code), pair in s.runs.items() for text in _own_worst(model, code, pair)]
    if own:
        parts.append(f"Above 80 % in this run: {', '.join(own)}.")
    return " ".join(parts) or NO_CURVES


def _own_worst(model: str, code: str, pair: Reproduction) -> list[str]:
    found = []
    for budget in pair.evidence.budgets if pair.evidence.curves.quantity == "loss" else ():
        values = pair.evidence.final(budget).values()
        if len(values) > 2 and max(values) > 0.8 * sum(values):
            found.append(f"{model} {code} at {budget} {max(values) / sum(values):.0%}")
    return found


def shared_seeds(s: Sources) -> str:
    """Seeds that both tuned and compared."""
    if not s.tuning_seeds or not s.runs:
        return "This run has no studies of published models."
    seeds = sorted({seed for pair in s.runs.values() for seed in pair.evidence.seeds})
    both = [seed for seed in seeds if seed in s.tuning_seeds]
    which = f": {', '.join(map(str, both))}" if both else ""
    return f"In this run {len(both)} of {len(seeds)} seeds also tuned{which}."


def bias(s: Sources) -> str:
    """How this run treats it."""
    trained = s.settings.get("tasks.Integral_MLP.train_bias")
    if trained is None:
        return "DeepONet was not run."
    return f"Here it is {'trained' if trained else 'frozen'} (tasks.Integral_MLP.train_bias)."


def granularity(s: Sources) -> str:
    """Smallest step of the accuracies of single seeds."""
    curves = [c for c in s.curves.values() if c.quantity == "accuracy"]
    if not curves:
        return NO_CURVES
    values = np.concatenate([v for c in curves for by in (c.low, c.high) for v in by.values()])
    fine = float(np.abs(values * 1e4 - np.round(values * 1e4)).max()) < 1e-6
    coarse = float(np.mean(np.abs(values * 1e3 - np.round(values * 1e3)) < 1e-6))
    return (
        f"All {values.size:,} accuracies of single seeds are {'' if fine else 'not '}multiples of "
        f"1e-4, and {coarse:.0%} of them of 1e-3, which is what 1,000 images would give."
    )


def first_epoch(s: Sources) -> str:
    """Equal losses after the first epoch mean equal rates, whose schedules start alike."""
    first = {
        (label, code): float(curves.mean[max(curves.mean)][0])
        for (label, code), curves in s.curves.items()
        if curves.quantity == "loss"
    }
    same = [
        f"{label} {a} and {b}"
        for (label, a), value in first.items()
        for (other, b), rival in first.items()
        if label == other and a < b and value == rival
    ]
    if not first:
        return NO_CURVES
    return f"Equal first-epoch losses, so very likely equal lr: {', '.join(same) or 'none'}."


def overlap(s: Sources) -> str:
    """How many windows share points."""
    names = ("stride", "history", "horizon")
    known = [int(s.settings.get(f"tasks.OSC_LSTM.{name}", 0)) for name in names]
    if not all(known):
        return "LSTM was not run."
    stride, span = known[0], known[1] + known[2]
    neighbours = 2 * ((span - 1) // stride)
    if not neighbours:
        return f"In this run they do not: windows of {span} points start {stride} points apart."
    return (
        f"Here a window of {span} points at stride {stride} shares points with {neighbours} "
        "others, so almost every validation window shares points with training windows."
    )


def raw_slcd(s: Sources) -> str:
    """Where smoothing raw losses leads."""
    losses = [c for c in s.curves.values() if c.quantity == "loss"]
    values = [value for c in losses for value in pairs(c.mean, relative).values()]
    if not values:
        return NO_CURVES
    below = sum(int((smooth(v) <= 0).any()) for c in losses for v in c.mean.values())
    total = sum(len(c.mean) for c in losses)
    return (
        f"{below} of {total} smoothed loss curves of the authors' fall below 0; the resulting "
        f"values range from {min(values):.3g} to {max(values):.3g}, where 0 to 1 is meant."
    )


def multiplicity(s: Sources) -> str:
    """Misses to be expected by chance."""
    if not s.judged:
        return "No trained number is judged in this run."
    return (
        f"{s.judged} numbers are judged here, so about {0.05 * s.judged:.0f} would miss their "
        "interval by chance alone. Numbers of one model and method are not independent."
    )
