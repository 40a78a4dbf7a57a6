"""The paper's claim beside methods that are not the paper's: the run's Pareto fronts in words."""

from collections.abc import Mapping, Sequence

from epochbudget.metrics.definitions.pareto import dominators
from epochbudget.verification.cells import Row

CLAIMED = ("H", "EH")
"""The methods that the paper's claim is about."""


def rows(table: Sequence[Mapping[str, str]]) -> list[Row]:
    """What the metric table `pareto` says of each model.

    Returns:
        Rows with `model`; `methods`, how many are compared; `budget`, at which losses are final;
        `front`, the methods that no other one beats in both SLCD and final loss; and for H and EH
        the same of them: "on the front" or what dominates them, and in how many seeds they are on
        the front of that seed's own curves.
    """
    models = dict.fromkeys(row["model"] for row in table)
    return [_row(model, [row for row in table if row["model"] == model]) for model in models]


def _row(model: str, table: Sequence[Mapping[str, str]]) -> Row:
    of_seeds = {seed: _points(table, seed) for seed in dict.fromkeys(r["seed"] for r in table)}
    means = of_seeds.pop("")
    beaten = dominators(means)
    fronts = [[c for c, others in dominators(p).items() if not others] for p in of_seeds.values()]
    found: Row = {
        "model": model,
        "methods": len(means),
        "budget": next(int(r["budget"]) for r in table if r["quantity"] == "final_val_loss"),
        "front": ", ".join(sorted((c for c in means if not beaten[c]), key=lambda c: means[c])),
    }
    for code in CLAIMED:
        if code not in means:
            found[code] = "not run"
            continue
        place = f"dominated by {', '.join(beaten[code])}" if beaten[code] else "on the front"
        seeds = sum(code in front for front in fronts)
        found[code] = f"{place}; on that of {seeds} of {len(fronts)} seeds"
    return found


def _points(table: Sequence[Mapping[str, str]], seed: str) -> dict[str, tuple[float, float]]:
    """(SLCD, final loss) of each method, of one seed or (blank) of the mean curves."""
    values: dict[str, dict[str, float]] = {}
    for row in table:
        if row["seed"] == seed and row["quantity"] in ("slcd_mean", "final_val_loss"):
            values.setdefault(row["scheduler"], {})[row["quantity"]] = float(row["value"])
    return {code: (v["slcd_mean"], v["final_val_loss"]) for code, v in values.items()}
