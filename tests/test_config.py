"""Configuration: what is refused and how, and that files and models are in step."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from conftest import ROOT
from epochbudget.config.load import load, load_files
from epochbudget.config.models import Config
from epochbudget.config.render import conda_yaml, default_yaml, schema_json
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment

DEFAULT = ROOT / "config" / "config.yaml"
PAPER = ROOT / "config" / "paper.yaml"


def test_files_and_models_are_in_step() -> None:
    assert DEFAULT.read_text() == default_yaml(), "run: epochbudget config"
    assert (ROOT / "config" / "schema.json").read_text() == schema_json(), "run: epochbudget config"
    assert load_files([DEFAULT]) == Config()
    envs = ROOT / "envs"
    rendered = conda_yaml((envs / "requirements.txt").read_text())
    assert (envs / "epochbudget.yaml").read_text() == rendered, "run: epochbudget config"
    assert yaml.safe_load(rendered)["dependencies"][-1]["pip"][0].startswith("setuptools==")


@pytest.mark.parametrize("path", [DEFAULT, PAPER], ids=lambda p: p.name)
def test_files_satisfy_the_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), json.loads(schema_json()))


def test_every_key_is_described() -> None:
    def described(schema: dict[str, Any]) -> None:
        for name, entry in schema.get("properties", {}).items():
            assert entry.get("description") or "$ref" in entry, name

    schema = json.loads(schema_json())
    described(schema)
    for definition in schema["$defs"].values():
        described(definition)


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"budgetz": [1]}, ["unknown key budgetz", "did you mean budgets?"]),
    ({"study": {"trails": 3}}, ["unknown key study.trails", "did you mean trials?"]),
    ({"tasks": {"OSC_LSTM": {"hiden": 3}}}, ["unknown key tasks.OSC_LSTM.hiden"]),
    ({"study": {"trials": "many"}}, ["study.trials", "'many'", "integer"]),
    ({"study": {"trials": 0}}, ["study.trials", "found 0", "greater than 0"]),
    ({"budgets": 50}, ["budgets", "found 50"]),
    ({"run": "../x"}, ["run", "'../x'"]),
    ({"mode": "guess"}, ["mode", "'guess'", "'compare'"]),
    ({"methods": ["N", "ZZ"]}, ["methods", "'ZZ'", "EH"]),
    ({"models": ["RNN"]}, ["models", "'RNN'", "OSC_LSTM"]),
    ({"methods_by_model": {"OSC_LSTM": ["ZZ"]}}, ["methods_by_model.OSC_LSTM", "'ZZ'"]),
    ({"methods_by_model": {"OSC_LSTM": []}}, ["methods_by_model.OSC_LSTM", "empty"]),
    ({"models": []}, ["models", "empty list"]),
    ({"seeds": []}, ["seeds", "empty list"]),
    ({"study": {"seeds": []}}, ["study.seeds", "empty list"]),
    ({"seeds": [1, 2, 1]}, ["seeds", "1 twice"]),
    ({"seeds": [-1]}, ["seeds", "-1"]),
    ({"budgets": [24, 12]}, ["budgets", "[24, 12]", "ascending", "[12, 24]"]),
    ({"budgets": [12, 12]}, ["budgets", "12 twice"]),
    ({"budgets": [12, 100]}, ["upper_bound", "21", "longest budget, 100"]),
    ({"infimum_lr": 0}, ["infimum_lr", "greater than 0"]),
    (
        {"mode": "compare", "infimum_lr": 1.0},
        ["infimum_lr", "found infimum_lr 1", "less than lr"],
    ),
    (
        {"mode": "compare", "hyperparameters": {"EH": {"upper_bound": 10}}},
        ["hyperparameters.EH.upper_bound", "10", "longest budget, 21"],
    ),
    ({"hyperparameters": {"EH": {"power": 1}}}, ["hyperparameters.EH", "'power'", "upper_bound"]),
    ({"study": {"lr": {"low": 1, "high": 0.1}}}, ["study.lr", "low 1", "high 0.1"]),
    ({"study": {"search": {"P": {"gamma": {"low": 0, "high": 1}}}}}, ["study.search.P", "'gamma'"]),
    (
        {"study": {"search": {"C": {"infimum_lr": {"low": 1e-6, "high": 1e-2, "log": True}}}}},
        ["study.search.C.infimum_lr.high", "0.01", "less than lr"],
    ),
    (
        {"study": {"search": {"S": {"step_size": {"low": 0, "high": 3, "step": 1}}}}},
        ["step_size.low"],
    ),
    ({"study": {"search": {"S": {"step_size": {"low": 1, "high": 3}}}}}, ["step_size", "a step"]),
    ({"study": {"search": {"OC": {"pct_start": {"low": 0.1, "high": 1.5}}}}}, ["pct_start.high"]),
    ({"study": {"search": {"N": {"lr": {"low": 1, "high": 2, "step": 1}}}}}, ["N.lr", "no step"]),
    ({"study": {"lr": {"low": -1, "high": 1}}}, ["study.lr.low", "-1"]),
    ({"study": {"lr": {"low": 1e-3, "high": float("inf")}}}, ["study.lr.high", "inf", "finite"]),
    ({"study": {"sampler_seed": 2**32}}, ["study.sampler_seed"]),
    ({"run": "store"}, ["run", "'store'"]),
    ({"hyperparameters": {"S": {"step_size": 2.5}}}, ["hyperparameters.S.step_size", "2.5"]),
    ({"hyperparameters": {"N": {"lr": 0}}}, ["hyperparameters.N.lr", "0"]),
    (
        {"hyperparameters": {"EH": {"upper_bound": 10}}},
        ["EH.upper_bound", "10", "longest budget, 21"],
    ),
    ({"data": {"oscillator": {"dampings": [0, 0]}}}, ["data.oscillator", "dampings"]),
    ({"data": {"integral": {"fields": 0}}}, ["data.integral.fields", "found 0"]),
    ({"tracking": {"mode": "loud"}}, ["tracking.mode", "'loud'", "offline"]),
]


@pytest.mark.parametrize(("values", "parts"), BAD, ids=[str(values)[:60] for values, _ in BAD])
def test_bad_values_give_one_clear_message(values: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        load(values)
    message = str(caught.value)
    assert "\n" not in message
    assert ". Hint: " in message
    for part in parts:
        assert part in message, message


def test_a_missing_or_strange_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yaml"):
        load_files([tmp_path / "nowhere.yaml"])
    strange = tmp_path / "strange.yaml"
    for text in ("- a list", "a: [", "!!python/object/apply:os.system [true]"):
        strange.write_text(text)
        with pytest.raises(UserError, match=r"strange\.yaml"):
            load_files([strange])


def test_the_paper_is_the_papers_protocol() -> None:
    config = load_files([DEFAULT, PAPER])
    experiment = Experiment(config)
    assert experiment.run == "paper"
    assert len(experiment.pairs) == 6 * 15
    assert config.budgets == (50, 100, 150, 200)
    assert config.seeds == (89, 231, 928, 814, 269)
    assert (config.study.trials, config.study.epochs, config.study.sampler_seed) == (25, 50, 42)
    assert all(len(config.methods_of(model)) == 15 for model in config.models)


def test_all_methods_with_both_optimizers_are_28_combinations() -> None:
    """The reference's comparison without studies: 13 schedules x 2 optimizers + 2 LR-free."""
    values = {
        "mode": "compare",
        "models": ["OSC_LSTM"],
        "optimizers": ["AdamW", "Adam"],
    }
    experiment = Experiment(load(values))
    assert len(experiment.pairs) == 28
    assert set(experiment.labels) == {"OSC_LSTM", "OSC_LSTM_Adam"}
    default = {p.code: experiment.default_hyperparameters(p) for p in experiment.pairs}
    assert default["N"]["lr"] == pytest.approx(default["C"]["lr"] / 10)
    assert "lr" not in default["Prodigy"]


def test_given_hyperparameters_are_kept_as_they_are() -> None:
    given = {"S": {"step_size": 3}, "WH": {"ramp_from_start": True, "warmup_epochs": 2}}
    experiment = Experiment(load({"hyperparameters": given, "tracking": {"mode": False}}))
    pair = experiment.pair("OSC_LSTM", "WH")
    assert experiment.study_spec(pair)["given"] == given["WH"]
    step = experiment.comparison_spec(experiment.pair("OSC_LSTM", "S"))["given"]["step_size"]
    assert (step, type(step)) == (3, int)
    assert experiment.study_spec(experiment.pair("OSC_LSTM", "N"))["given"] == {}


def test_a_list_of_methods_holds_for_every_model() -> None:
    experiment = Experiment(load({"methods": ["N", "L"]}))
    pairs = {(pair.label, pair.code) for pair in experiment.pairs}
    assert pairs == {
        *(("OSC_LSTM", code) for code in "NL"),
        *(("Integral_MLP", code) for code in "NL"),
        *(("Integral_TF", "N"), ("DIGITS_CNN", "N")),
    }


def test_a_pair_that_is_not_configured_is_named() -> None:
    with pytest.raises(UserError, match="no OSC_LSTM-XX"):
        Experiment(load({})).pair("OSC_LSTM", "XX")
