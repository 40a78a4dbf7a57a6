"""The paper's claim beside methods that are not the paper's, in the verification report."""

from typing import Any

from conftest import ROOT
from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.metrics import pareto
from epochbudget.verification import peers, protocol
from epochbudget.verification.report import render
from report_samples import demo

POINTS = {
    "N": {"": (0.1, 3.0), "1": (0.1, 3.0), "2": (0.1, 3.0)},
    "EH": {"": (0.2, 2.0), "1": (0.2, 2.0), "2": (0.3, 4.0)},
    "H": {"": (0.3, 2.5), "1": (0.3, 1.0), "2": (0.2, 2.5)},
    "WSD": {"": (0.4, 1.0), "1": (0.4, 0.5), "2": (0.4, 1.5)},
}
"""(SLCD, final loss) of the mean curves and of two seeds."""


def table(model: str = "LSTM") -> list[dict[str, str]]:
    """As results/<run>/metrics/pareto.csv is read."""
    rows = []
    for code, points in POINTS.items():
        for seed, (slcd, final) in points.items():
            common = {"model": model, "scheduler": code, "seed": seed}
            rows.append({**common, "quantity": "slcd_mean", "budget": "", "value": str(slcd)})
            rows.append(
                {**common, "quantity": "final_val_loss", "budget": "21", "value": str(final)}
            )
    return rows


def test_the_front_and_where_h_and_eh_stand() -> None:
    """H is dominated by EH in the means, but stands on the front of each seed."""
    (row,) = peers.rows(table())
    assert row == {
        "model": "LSTM",
        "methods": 4,
        "budget": 21,
        "front": "N, EH, WSD",
        "H": "dominated by EH; on that of 2 of 2 seeds",
        "EH": "on the front; on that of 1 of 2 seeds",
    }


def test_models_are_apart_and_a_method_may_be_missing() -> None:
    without = [row for row in table("CNN") if row["scheduler"] != "H"]
    first, second = peers.rows([*table(), *without])
    assert (first["model"], second["model"]) == ("LSTM", "CNN")
    assert (second["methods"], second["H"]) == (3, "not run")


def experiment(**changes: Any) -> Experiment:
    return Experiment(load({"models": ["OSC_LSTM"], "methods_by_model": {}, **changes}))


def test_a_report_has_peers_only_where_the_run_has() -> None:
    assert pareto.METRIC.name == "pareto"
    with_peers = experiment(methods=["N", "EH", "WSD"])
    assert protocol.pareto(with_peers) == ["results/demo/metrics/pareto.csv"]
    assert protocol.pareto(experiment(methods=["N", "EH"])) == []
    assert protocol.pareto(experiment(methods=["N", "WSD"], budgets=[21])) == []
    templates = ROOT / "workflow" / "report"
    page = render({**demo(), "peers": peers.rows(table())}, templates)
    assert "Beside its peers" in page
    assert "dominated by EH; on that of 2 of 2 seeds" in page
    assert "Beside its peers" not in render({**demo(), "peers": []}, templates)
