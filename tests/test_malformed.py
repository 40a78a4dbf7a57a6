"""Malformed configurations: each ends in one clear message, and no job starts."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from snakemake.cli import parse_config

from epochbudget import registry
from epochbudget.config.load import load, load_files
from epochbudget.errors import UserError
from epochbudget.experiment import Experiment
from epochbudget.files import canonical_json
from epochbudget.published.sources import curve_files
from epochbudget.verification import protocol
from malformed_samples import DEFAULT, PAPER, Values, misspelt_keys, overlaid, wrong_values


def planned(values: Values) -> Experiment:
    """All that the Snakefile computes of a configuration before the first job starts."""
    experiment = Experiment(load(values))
    curve_files(experiment.config.published_curves, ["Result_OSC_LSTM-EH.csv"])
    jobs = [experiment.runtime, experiment.results, experiment.curve_labels]
    jobs += [protocol.figures(experiment), protocol.specification(experiment)]
    jobs += [d.options for d in experiment.drawings.values()]
    for pair in experiment.pairs:
        jobs += [experiment.study_spec(pair), experiment.comparison_spec(pair)]
    for dataset in experiment.datasets:
        spec = experiment.data_spec(dataset)
        jobs += [spec, registry.datasets()[dataset].inputs(spec)]
    for job in jobs:
        canonical_json(job)
    return experiment


def is_one_message(message: str) -> None:
    assert message.isprintable(), "one line, safe to print"
    assert message.count(". Hint: ") == 1
    assert re.search("allowed|it takes| must | needs |, such as ", message), "what is allowed"
    assert not any(word in message for word in ("Traceback", "tuple", "dictionary", "instance of"))
    assert len(message) < 1000


def refusal(values: Values) -> str:
    """The one message that a malformed configuration ends in."""
    with pytest.raises(UserError) as caught:
        planned(values)
    is_one_message(str(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("base", [DEFAULT, PAPER], ids=["default", "paper"])
def test_the_files_that_are_mutated_are_well_formed(base: Values) -> None:
    assert planned(base).pairs


@settings(max_examples=250)
@given(wrong_values())
def test_values_of_a_wrong_kind(sample: tuple[tuple[str, ...], Values]) -> None:
    path, values = sample
    message = refusal(values)
    assert ".".join(path[:-1]) in message
    assert path[-1] in message


@settings(max_examples=100)
@given(misspelt_keys())
def test_misspelt_keys(sample: tuple[tuple[str, ...], str, Values]) -> None:
    above, wrong, values = sample
    message = refusal(values)
    assert ".".join(above) in message
    assert wrong in message
    assert "allowed here are" in message or "allowed are" in message


NAMES = [
    "",
    "a/b",
    "../x",
    ".",
    "..",
    "a.b",
    "a b",
    "'",
    '"',
    "$(touch pwned)",
    "`id`",
    "a;b",
    "-n",
]
NAMES += ["a&b", "a|b", "a>b", "a\nb", "demo\n", "\x00", "{run}", "é", "_", "~", "*", "x" * 101]
NAMES += ["store", "cache", "published", "benchmark"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_runs_stay_below_their_folders(name: str) -> None:
    assert refusal(DEFAULT | {"run": name}).startswith("run: found ")


@pytest.mark.parametrize("key", ["published_curves", "data.folder.path", "data.cifar10.cache"])
@pytest.mark.parametrize("name", ["a\nb", "\x00", "x" * 256, "a/" * 600, "{run}", "a}", " "])
def test_names_of_folders(key: str, name: str) -> None:
    *above, last = key.split(".")
    values: Any = {last: name}
    for section in reversed(above):
        values = {section: values}
    assert refusal(overlaid(DEFAULT, values)).startswith(f"{key}: found ")


def search(code: str, **ranges: Any) -> Values:
    return {"study": {"search": {code: ranges}}}


MISTAKES: list[tuple[Values, str]] = [
    ({"models": ["OSC_LSTM", "OSC_LSTM"]}, "models: found 'OSC_LSTM' twice"),
    ({"models": ["osc_lstm"]}, "models: found 'osc_lstm'"),
    ({"models": ["x" * 5000]}, "models: found 'xxx"),
    ({"methods": ["N", "N"]}, "methods: found 'N' twice"),
    ({"methods": ["eh"]}, "methods: found 'eh'"),
    ({"methods": ["L"], "models": ["Integral_TF"]}, "methods_by_model: found no method"),
    ({"methods_by_model": {"ResNet": ["N"]}}, "methods_by_model: found 'ResNet'"),
    ({"optimizers": ["LBFGS"]}, "optimizers.0: found 'LBFGS'"),
    ({"optimizers": ["Adam", "Adam"]}, "optimizers: found 'Adam' twice"),
    ({"budgets": [18, 12]}, "budgets: found [18, 12]"),
    ({"budgets": [0, 12]}, "budgets.0: found 0"),
    ({"budgets": [[12, 15]]}, "budgets.0: found [12, 15]"),
    ({"budgets": ["12", "many"]}, "budgets.1: found 'many'"),
    ({"seeds": [89, "89"]}, "seeds: found 89 twice"),
    ({"seeds": [2**63]}, "seeds: found"),
    ({"study": {"trials": 0}}, "study.trials: found 0"),
    ({"study": {"epochs": 22}}, "upper_bound.low: found upper_bound 21"),
    ({"study": {"lr": {"low": 0.1, "high": 0.01}}}, "study.lr: found low 0.1, high 0.01"),
    ({"study": {"lr": {"low": 0, "high": 1, "log": True}}}, "study.lr.low is 0"),
    ({"study": {"lr": {"low": 1e-3, "high": 1, "step": 1}}}, "study.lr: found step 1"),
    ({"study": {"search": {"ZZ": {}}}}, "study.search: found 'ZZ'"),
    (search("H", upper_bound={"low": 42, "high": 21, "step": 7}), "study.search.H.upper_bound"),
    (search("H", upper_bound={"low": 21.5, "high": 42, "step": 7}), "study.search.H.upper_bound"),
    (search("H", upper_bound={"low": 21, "high": 1e300, "step": 7}), "study.search.H.upper_bound"),
    (search("H", upper_bound={"low": 21, "high": 42, "step": 0}), "upper_bound.step: found 0"),
    (search("P", power={"low": "a", "high": 1}), "study.search.P.power.low: found 'a'"),
    (search("P", **{"po\nwer": {"low": 1, "high": 2}}), "study.search.P: found 'po"),
    ({"hyperparameters": {"EH": {"upper_bound": "a"}}}, "hyperparameters.EH.upper_bound"),
    ({"hyperparameters": {"EH": {"upper_bound": 10**19}}}, "hyperparameters.EH.upper_bound"),
    ({"hyperparameters": {"EH": {"upper_bound": 5}}}, "hyperparameters.EH.upper_bound: found"),
    ({"hyperparameters": {"C": {"infimum_lr": 1}}}, "hyperparameters.C.infimum_lr: found"),
    ({"hyperparameters": {"S": {"step_size": True}}}, "hyperparameters.S.step_size is True"),
    ({"hyperparameters": {"WH": {"warmup_epochs": 12}}}, "hyperparameters.WH.warmup_epochs"),
    ({"infimum_lr": 1}, "infimum_lr: found infimum_lr 1"),
    ({"infimum_lr": -1e-6}, "infimum_lr: found -1e-06"),
    ({"training": {"device": "gpu"}}, "training.device: found 'gpu'"),
    ({"training": {"device": "cuda:-1"}}, "training.device: found 'cuda:-1'"),
    ({"training": {"lockstep": {"LSTM": 2}}}, "training.lockstep: found 'LSTM'"),
    ({"tracking": {"mode": "on"}}, "tracking.mode: found 'on'"),
    ({"tracking": {"project": ""}}, "tracking.project: found ''"),
    ({"tracking": {"project": "a/b"}}, "tracking.project: found 'a/b'"),
    ({"published_curves": "nowhere"}, "published_curves: found 'nowhere'"),
    ({"published_curves": "config"}, "published_curves: config holds none"),
    ({"verification": {"margins": {"slcd": 0}}}, "verification.margins.slcd: found 0"),
    ({"data": {"oscillator": {"dampings": []}}}, "data.oscillator.dampings: found []"),
    ({"data": {"oscillator": {"dt": 11}}}, "data.oscillator: duration must be 1 to 1e9 times dt"),
    ({"data": {"oscillator": {"duration": 1e300}}}, "data.oscillator: duration"),
    ({"data": {"integral": {"length_scale_low": 1}}}, "data.integral: length_scale_low must not"),
    ({"data": {"integral": {"length_scale_low": 1e-300}}}, "data.integral: length_scale_low must"),
    ({"data": {"integral": {"rounded_grids": True, "points": 1001}}}, "data.integral: rounded_g"),
    ({"data": {"digits": {"validation_fraction": 1e-9}}}, "data.digits.validation_fraction"),
    ({"tasks": {"Integral_TF": {"heads": 3}}}, "tasks.Integral_TF: d_model (16)"),
    ({"tasks": {"ViT": {"patch": True}}}, "tasks.ViT.patch: found True"),
    ({"tasks": {"ResNet": {"depth": 19}}}, "tasks.ResNet.depth: found 19"),
    ({"tasks": {"CNN": {"subset_ratio": 1.01}}}, "tasks.CNN.subset_ratio: found 1.01"),
    ({"tasks": {"OSC_LSTM": {"mode": "SM"}}}, "tasks.OSC_LSTM.mode: found 'SM'"),
    ({1: 2}, "1: found 1"),
]


@pytest.mark.parametrize(("values", "start"), MISTAKES, ids=[s for _, s in MISTAKES])
def test_mistakes(values: Values, start: str) -> None:
    assert start in refusal(overlaid(DEFAULT, values))


FILES = {
    "not UTF-8": b"run: \xff\xfe",
    "binary": b"\x00\x01\x02",
    "unparsable": b"run: [a",
    "tabs": b"study:\n\ttrials: 3",
    "empty": b"",
    "a list": b"- run",
    "text": b"run",
    "a key twice": b"seeds: [1]\nbudgets: [12]\nseeds: [2]",
    "a key twice below": b"study: {trials: 1, trials: 2}",
    "a Python object": b"run: !!python/object/apply:os.system [touch pwned]",
    "a Python name": b"run: !!python/name:os.system",
    "a Python module": b"run: !!python/module:os",
    "a wrong tag": b"seeds: !!bool x",
    "a wrong date": b"run: 2026-13-45",
    "a long number": b"seeds: [" + b"9" * 5000 + b"]",
    "brackets": b"[" * 1500,
    "a list in itself": b"seeds: &s [*s]",
    "a section in itself": b"study: &s {study: *s}",
    "a nest of aliases": b"a: &a [x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 121)),
}


SECONDS = {"brackets"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in SECONDS else n for n in FILES]
)
def test_files(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.yaml").write_bytes(FILES[name])
    with pytest.raises(UserError, match=r"^my\.yaml: ") as caught:
        load_files([Path("my.yaml")])
    assert str(caught.value).count(". Hint: ") == 1
    assert str(caught.value).isprintable()
    assert [p.name for p in tmp_path.iterdir()] == ["my.yaml"]


WRITTEN: list[tuple[list[str], Values]] = [
    (["seeds=[1, 2]", "run=x1"], {"seeds": [1, 2], "run": "x1"}),
    (
        ["study={lr: {low: 1e-3, high: 1, log: true}}"],
        {"study": {"lr": {"low": 1e-3, "high": 1, "log": True}}},
    ),
    (["training={cuda_graphs: true}"], {"training": {"cuda_graphs": True}}),
    (["hyperparameters={S: {step_size: 1}}"], {"hyperparameters": {"S": {"step_size": 1}}}),
    (
        ["hyperparameters={WH: {ramp_from_start: true}}"],
        {"hyperparameters": {"WH": {"ramp_from_start": True}}},
    ),
    (["tracking={mode: off}"], {"tracking": {"mode": False}}),
]


@pytest.mark.parametrize(("entries", "values"), WRITTEN, ids=[w[0] for w, _ in WRITTEN])
def test_what_the_command_line_writes_is_no_mistake(entries: list[str], values: Values) -> None:
    """Snakemake's --config gives numbers below the top level as text."""
    there = planned(overlaid(DEFAULT, parse_config(entries))).config
    assert repr(there) == repr(planned(overlaid(DEFAULT, values)).config)
