"""The paper's claim beside methods that are not the paper's: the run's Pareto fronts in words."""

from collections.abc import Mapping, Sequence

from epochbudget.metrics.definitions.pareto import CLAIMED
from epochbudget.verification.cells import Row


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


def claim(found: Sequence[Row]) -> str:
    """The paper's claim with all methods in, in a sentence, from the rows of `rows`."""
    said = []
    for code in CLAIMED:
        run = [row for row in found if row[code] != "not run"]
        front = sum(row[code].startswith("on the front") for row in run)
        said.append(f"{code} is on the front of {front} of {len(run)} models" if run else "")
    return "; ".join(filter(None, said))


def _row(model: str, table: Sequence[Mapping[str, str]]) -> Row:
    means = [row for row in table if not row["seed"]]
    slcd = {r["scheduler"]: float(r["value"]) for r in means if r["quantity"] == "slcd_mean"}
    marks = [row for row in table if row["quantity"] == "pareto_front"]
    front = {(row["scheduler"], row["seed"]): float(row["value"]) == 1 for row in marks}
    found: Row = {
        "model": model,
        "methods": len(slcd),
        "budget": next(int(r["budget"]) for r in means if r["quantity"] == "final_val_loss"),
        "front": ", ".join(
            sorted((code for code in slcd if front[code, ""]), key=slcd.__getitem__)
        ),
    }
    for code in CLAIMED:
        if code not in slcd:
            found[code] = "not run"
            continue
        beaten = [
            row["definition"]
            for row in means
            if row["quantity"] == "dominated_by" and row["scheduler"] == code
        ]
        place = f"dominated by {', '.join(beaten)}" if beaten else "on the front"
        of_seeds = [on for (method, seed), on in front.items() if method == code and seed]
        found[code] = (
            f"{place}; on the seed’s own front for {sum(of_seeds)} of {len(of_seeds)} seeds"
        )
    return found
