"""Schedules from outside of the package: found, tried, trained and drawn like the registry's."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import small_runs
from epochbudget import plugins, registry
from epochbudget.config.load import load
from epochbudget.errors import UserError
from epochbudget.methods.base import Method
from epochbudget.schedules.rates import learning_rates
from epochbudget.training.feedback import FeedbackTrainer
from epochbudget.training.loop import Trainer
from epochbudget.training.run import run_code
from workflow import Checkout

SQUARE = "def get_lr(epoch, total_epochs, base_lr, config):\n"
PLATEAU = """
from torch.optim.lr_scheduler import ReduceLROnPlateau

class Plateau(ReduceLROnPlateau):
    feedback = True
    budget_free = True

    def __init__(self, optimizer, total_epochs, steps_per_epoch, config):
        super().__init__(optimizer, factor=config["factor"], patience=0)
"""
TRIANGLE = """
from torch.optim.lr_scheduler import LambdaLR

class Triangle(LambdaLR):
    per_batch = True

    def __init__(self, optimizer, total_epochs, steps_per_epoch, config):
        total = total_epochs * steps_per_epoch
        super().__init__(optimizer, lambda step: 1 - step / total)
"""


@pytest.fixture(autouse=True)
def unplugged() -> Iterator[None]:
    """Other tests know no plug-ins."""
    yield
    plugins.export({})
    os.environ.pop(plugins.VARIABLE)


def written(folder: Path, text: str, name: str = "schedule.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def plugged(schedule: object, **more: Any) -> Method:
    """The method that a plug-in becomes."""
    load(
        {
            "methods": ["X"],
            "methods_by_model": {},
            "plugins": {"X": {"schedule": str(schedule), **more}},
        }
    )
    return registry.methods()["X"]


# Functions --------------------------------------------------------------------------------


def test_a_function_gives_the_rate_of_each_epoch(tmp_path: Path) -> None:
    path = written(
        tmp_path, SQUARE + "    return base_lr * (1 - epoch / total_epochs) ** config['power']"
    )
    method = plugged(f"{path}:get_lr", config={"power": 2}, search={"power": {"low": 1, "high": 3}})
    rates = learning_rates(method, {"lr": 0.3, **method.defaults}, 7, 2)
    assert rates == [0.3 * (1 - step // 2 / 7) ** 2 for step in range(14)]
    (power,) = method.search(10, 1)
    assert (power.name, power.low, power.high) == ("power", 1, 3)
    assert method.defaults == {"power": 2}
    assert list(registry.methods())[-1] == "X"


def test_a_function_is_told_what_is_trained(tmp_path: Path) -> None:
    told = tmp_path / "told"
    body = f"    open({str(told)!r}, 'a').write(config['arch'] + ' ' + config['dataset'] + '\\n')\n"
    path = written(tmp_path, SQUARE + body + "    return base_lr")
    plugged(f"{path}:get_lr")
    assert set(told.read_text().split("\n")) == {
        *(
            "osc_lstm oscillator",
            "integral_mlp integral",
            "integral_tf integral",
            "cnn digits",
        ),
        "",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("    return -base_lr", "gave -"),
        ("    return float('nan')", "gave nan"),
        ("    return float('inf') if epoch == 17 else base_lr", "epoch 17 of 18"),
        ("    return None", "gave None"),
        ("    return '0.1'", "gave '0.1'"),
        ("    return base_lr / (3 - min(epoch, 3))", "ZeroDivisionError: "),
        ("    return config['power']", "schedule.py:2"),
    ],
)
def test_what_is_no_rate_is_refused_before_anything_is_trained(
    tmp_path: Path, text: str, said: str
) -> None:
    path = written(tmp_path, SQUARE + text)
    with pytest.raises(UserError) as error:
        plugged(f"{path}:get_lr")
    assert "plugins.X: " in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("def get_lr(epoch): return 1", "get_lr", "takes 1 positional argument but 4 were given"),
        ("def get_lr(epoch): return 1", "other", "functions and classes are get_lr"),
        ("import nowhere_at_all\n" + SQUARE + "    return 1", "get_lr", "No module named"),
        ("def get_lr(", "get_lr", "is no Python file"),
        (None, "get_lr", "cannot be read (No such file or directory)"),
    ],
)
def test_what_is_no_schedule_is_refused(
    tmp_path: Path, text: str | None, name: str, said: str
) -> None:
    path = tmp_path / "schedule.py" if text is None else written(tmp_path, text)
    with pytest.raises(UserError, match=r"plugins\.X") as error:
        plugged(f"{path}:{name}")
    assert said in str(error.value)


@pytest.mark.parametrize("code", ["N", "a-b", "", "1", "a/../b", "{x}"])
def test_codes_are_names_of_their_own(tmp_path: Path, code: str) -> None:
    path = written(tmp_path, SQUARE + "    return 1")
    with pytest.raises(UserError, match="plugins: found the code"):
        load({"plugins": {code: {"schedule": f"{path}:get_lr"}}})


def test_an_installed_package_offers_schedules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, SQUARE + "    return base_lr / 2", "offering_package.py")
    information = tmp_path / "offering_package-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: offering-package\nVersion: 1.0\n"
    )
    entry = "[epochbudget.schedules]\nhalf = offering_package:get_lr\n"
    (information / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert learning_rates(plugged("half"), {"lr": 1.0}, 3, 1) == [0.5] * 3
    with pytest.raises(UserError, match="installed are half"):
        plugged("third")


# Classes ----------------------------------------------------------------------------------


def test_a_class_may_step_with_every_batch(tmp_path: Path) -> None:
    method = plugged(f"{written(tmp_path, TRIANGLE)}:Triangle")
    assert method.per_batch
    rates = learning_rates(method, {"lr": 1.0}, 2, 3)
    assert rates == pytest.approx([1 - step / 6 for step in range(6)], rel=1e-12)


def test_a_class_may_follow_the_validation_loss(tmp_path: Path) -> None:
    """As torch's plateau in a loop by hand; interrupted or not, bit for bit."""
    path = written(tmp_path, PLATEAU)
    given = {"X": {"schedule": f"{path}:Plateau", "config": {"factor": 0.5}}}
    data = small_runs.make_data(tmp_path)
    experiment = small_runs.experiment(methods=["X"], plugins=given)
    pair = experiment.pair("OSC_LSTM", "X")
    settings = experiment.task_spec(pair)["settings"]
    problem = pair.task.problem(settings, data, torch.device("cpu"))

    def trainer() -> Trainer:
        return FeedbackTrainer(problem, pair.method, "AdamW", {"lr": 0.5, "factor": 0.5}, 9, seed=1)

    whole, results = trainer(), []
    for _ in range(9):
        results.append(whole.train_epoch())
    expected, best = 0.5, float("inf")
    for result in results:
        assert result.lr == expected
        if result.val_loss < best * (1 - 1e-4):
            best = result.val_loss
        else:
            expected /= 2
    assert expected < 0.5  # the plateau was met
    first = trainer()
    for _ in range(4):
        first.train_epoch()
    stream = io.BytesIO()
    torch.save(first.state_dict(), stream)
    stream.seek(0)
    second = trainer()
    second.load_state_dict(torch.load(stream, weights_only=True))
    assert [second.train_epoch() for _ in range(5)] == results[4:]


def test_a_run_of_a_plug_in_is_stored_and_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path, PLATEAU)
    given = {"X": {"schedule": f"{path}:Plateau", "config": {"factor": 0.5}}}
    small_runs.experiment(methods=["X"], plugins=given)
    run = registry.methods()["X"]
    assert run.budget_free({})
    assert not run.lockstep


# Run keys ---------------------------------------------------------------------------------


def test_the_run_key_knows_the_code_and_the_settings(tmp_path: Path) -> None:
    task = registry.tasks()["OSC_LSTM"]

    def key(text: str, **more: Any) -> str:
        return run_code(task, plugged(f"{written(tmp_path, text)}:get_lr", **more))

    text = SQUARE + "    return base_lr / 2\n"
    first = key(text)
    assert key(SQUARE + "    # in words\n    return base_lr / 2\n") == first
    assert key(SQUARE + "    return base_lr / 3\n") != first
    assert key(text, config={"word": "a"}) != first
    assert key(text, name="Half") == first


def test_plug_ins_leave_the_registrys_methods_alone(tmp_path: Path) -> None:
    task, method = registry.tasks()["OSC_LSTM"], registry.methods()["EH"]
    before = run_code(task, method)
    plugged(f"{written(tmp_path, SQUARE + '    return 1')}:get_lr")
    assert run_code(task, registry.methods()["EH"]) == before
    load({})  # such as the paper's, to compare with
    assert "X" in registry.methods()


# The whole way ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_new_file_and_a_line_give_a_figure(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path / "checkout")
    written(
        checkout.folder,
        SQUARE + "    return base_lr * (1 - epoch / total_epochs) ** 2\n",
        "mine.py",
    )
    (checkout.folder / "mine.yaml").write_text(
        "methods: [N, SQ]\nplugins: {SQ: {schedule: 'mine.py:get_lr'}}\n"
    )
    files = ("--configfile", "tests/config/tiny.yaml", "mine.yaml")
    figure = "figures/tiny/learning_curve_OSC_LSTM-SQ.png"
    checkout.snakemake(figure, *files)
    assert (checkout.folder / figure).stat().st_size > 10_000
    checkout.edit("mine.py", "** 2", "** 3")
    assert {job[2] for job in checkout.plan(figure, *files) if job[0] in ("study", "compare")} == {
        "SQ"
    }
    checkout.edit("mine.py", "** 3", "** 3 if epoch else -1")
    said = checkout.snakemake(figure, *files, fails=True)
    assert "plugins.SQ: epoch 0 of 2" in said
    assert "Traceback" not in said
