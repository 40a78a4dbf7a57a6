"""What starts quickly loads nothing heavy that it does not need."""

import json
import subprocess
import sys

import pytest

from epochbudget.figures import schedule
from epochbudget.metrics.definitions.table import write_table
from figure_samples import CURVE, ENVIRONMENT, curves_file

HEAVY = {
    *("torch", "sympy", "optuna", "numpy", "scipy", "sklearn", "numba"),
    *("pandas", "pyarrow", "matplotlib", "pydantic"),
}
RUN = f"""
import sys
from epochbudget.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print()
print(*sorted({HEAVY!r} & set(sys.modules)))
"""
PLAN = f"""
import sys
from pathlib import Path
from epochbudget import job_code, registry
from epochbudget.config.load import load_files
from epochbudget.experiment import Experiment
experiment = Experiment(load_files([Path("config/config.yaml"), Path("config/paper.yaml")]))
for pair in experiment.pairs:
    experiment.study_spec(pair), job_code.study(pair)
    experiment.comparison_spec(pair), job_code.comparison(pair)
assert len(experiment.results) > 400
[job_code.metric(name) for name in registry.metrics()]
[job_code.figure(drawing.kind) for drawing in experiment.drawings.values()]
[job_code.data(name) for name in registry.datasets()]
print(*sorted({HEAVY!r} & set(sys.modules)))
"""


def loaded(program: str, *words: str) -> set[str]:
    """The heavy packages that a program has loaded when it ends."""
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_planning_the_papers_run_loads_nothing_but_the_checker():
    assert loaded(PLAN) == {"pydantic"}


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("schedule", "--help"), ("study", "--help")]
)
def test_help_loads_nothing(words):
    assert loaded(RUN, *words) == set()


def test_data_jobs_load_no_torch(tmp_path):
    out = tmp_path / "oscillator.parquet"
    found = loaded(RUN, "data", "oscillator", '{"duration": 0.1}', "--out", str(out))
    assert out.is_file()
    assert not found & {"torch", "matplotlib", "optuna", "sklearn", "sympy"}


@pytest.mark.parametrize(
    ("metric", "allowed"),
    [
        ("decay_rate", {"numpy"}),
        ("infimum_adjustment", {"numpy"}),
        ("schedule_area", {"numpy", "scipy"}),
        ("learning_rates", {"numpy", "torch"}),
    ],
)
def test_metrics_of_schedules_load_what_they_compute_with(metric, allowed, tmp_path):
    assert loaded(RUN, "metric", metric, "--out", str(tmp_path / "table.csv")) <= allowed


def test_figures_of_curves_load_matplotlib_alone(tmp_path):
    words = ["learning_curve", json.dumps(CURVE), "--inputs", str(curves_file(tmp_path))]
    found = loaded(RUN, "figure", *words, "--out", str(tmp_path / "figure.png"))
    assert found == {"numpy", "matplotlib"}


def test_figures_of_schedules_load_matplotlib_alone(tmp_path):
    table = tmp_path / "learning_rates.csv"
    write_table(
        (
            {"scheduler": "EH", "budget": budget, "definition": f"t={t}", "value": 0.9**t}
            for budget in schedule.BUDGETS
            for t in range(3)
        ),
        table,
    )
    options = {"run": "demo", "code": "EH", "hyperparameters": {}, "log": True}
    words = ["schedule", json.dumps({**options, "epochs": schedule.BUDGETS})]
    place = ["--inputs", str(table), "--out", str(tmp_path / "figure.png")]
    assert loaded(RUN, "figure", *words, *place) == {"numpy", "matplotlib"}
