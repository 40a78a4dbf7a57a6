"""The paper's claim beside methods that are not the paper's, in the verification report."""

from collections.abc import Sequence
from typing import Any

from conftest import ROOT
from epochbudget.config.load import load
from epochbudget.experiment import Experiment
from epochbudget.metrics import pareto
from epochbudget.metrics.definitions.pareto import dominators
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


def table(label: str = "OSC_LSTM", codes: Sequence[str] = tuple(POINTS)) -> list[dict[str, str]]:
    """As results/<run>/metrics/pareto.csv is read."""
    rows: list[dict[str, Any]] = []
    for seed in ("", "1", "2"):
        points = {code: POINTS[code][seed] for code in codes}
        for code, beaten in dominators(points).items():
            slcd, final = points[code]
            values = [("slcd_mean", "log", slcd), ("final_val_loss", "", final)]
            values += [("pareto_front", "", float(not beaten))]
            values += [("dominated_by", other, 1.0) for other in beaten]
            common = {"model": label, "scheduler": code, "seed": seed, "budget": "21"}
            rows += [
                {**common, "quantity": quantity, "definition": definition, "value": str(value)}
                for quantity, definition, value in values
            ]
    return rows


def test_the_front_and_where_h_and_eh_stand() -> None:
    """H is dominated by EH in the means, but stands on the front of each seed."""
    (row,) = peers.rows(table())
    assert row == {
        "model": "OSC_LSTM",
        "methods": 4,
        "budget": 21,
        "front": "N, EH, WSD",
        "H": "dominated by EH; on the seed’s own front for 2 of 2 seeds",
        "EH": "on the front; on the seed’s own front for 1 of 2 seeds",
    }


def test_models_are_apart_and_a_method_may_be_missing() -> None:
    found = peers.rows([*table(), *table("CIFAR10_CNN", ("N", "EH", "WSD"))])
    first, second = found
    assert (first["model"], second["model"]) == ("OSC_LSTM", "CIFAR10_CNN")
    assert (second["methods"], second["H"]) == (3, "not run")
    said = "H is on the front of 0 of 1 models; EH is on the front of 2 of 2 models"
    assert peers.claim(found) == said


def experiment(**changes: Any) -> Experiment:
    return Experiment(load({"models": ["OSC_LSTM"], "methods_by_model": {}, **changes}))


def test_a_report_has_peers_only_where_the_run_has() -> None:
    assert pareto.METRIC.name == "pareto"
    with_peers = experiment(methods=["N", "EH", "WSD"])
    assert protocol.pareto(with_peers) == ["results/demo/metrics/pareto.csv"]
    assert protocol.pareto(experiment(methods=["N", "EH"])) == []
    assert protocol.pareto(experiment(methods=["N", "WSD"], budgets=[21])) == []
    templates = ROOT / "workflow" / "report"
    found = peers.rows(table())
    page = render({**demo(), "peers": found, "peers_claim": peers.claim(found)}, templates)
    assert "Beside its peers" in page
    assert "H is on the front of 0 of 1 models" in page
    assert "dominated by EH; on the seed’s own front for 2 of 2 seeds" in page
    assert "Beside its peers" not in render({**demo(), "peers": []}, templates)
