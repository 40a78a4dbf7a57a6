"""`epochbudget schedule`: what it prints and draws, and what it says about mistakes."""

import argparse
import subprocess
import sys

import pytest

from epochbudget import registry, schedule_command, terminal_plot
from epochbudget.errors import UserError
from epochbudget.schedules.rates import learning_rates


def command(*words: str) -> None:
    """Run `epochbudget schedule` in this process."""
    parser = argparse.ArgumentParser()
    schedule_command.add_arguments(parser)
    schedule_command.run(parser.parse_args(words))


@pytest.mark.parametrize("code", [c for c, m in registry.methods().items() if not m.steering])
def test_command_prints_every_step_in_full_precision(code, capsys):
    command(code, "--budget", "12", "--lr", "0.03", "--steps-per-epoch", "3", "--csv")
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "step,epoch,lr"
    steps, epochs, rates = zip(*(line.split(",") for line in lines), strict=True)
    assert [int(step) for step in steps] == list(range(36))
    assert [int(epoch) for epoch in epochs] == [step // 3 for step in range(36)]
    hp = {"lr": 0.03, "infimum_lr": 1e-6}
    want = learning_rates(registry.methods()[code], hp, 12, 3)
    assert [float(rate) for rate in rates] == want


def test_command_prints_several_methods_one_after_the_other(capsys):
    command("C", "Prodigy", "H", "--budget", "4", "--lr", "0.1", "--csv")
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "code,step,epoch,lr"
    hp = {"lr": 0.1, "infimum_lr": 1e-6}
    want = [
        f"{code},{step},{step},{rate!r}"
        for code in ("C", "Prodigy", "H")
        for step, rate in enumerate(learning_rates(registry.methods()[code], hp, 4, 1))
    ]
    assert lines == want


def test_command_shows_several_methods_in_one_table(capsys):
    command("C", "H", "--budget", "3", "--lr", "0.1", "--set", "power=2")
    out, err = capsys.readouterr()
    assert err == "note: C, H ignore power\n"
    assert "CosineAnnealingLR (C), 3 steps, 1 an epoch" in out
    rows = [line.split() for line in out.splitlines()[-4:]]
    assert rows[0] == ["step", "epoch", "C", "H"]
    assert rows[1] == ["0", "0", "0.1", "0.1"]


@pytest.mark.parametrize("words", [[], ["--log"]])
def test_a_falling_schedule_falls_in_the_terminal(words, capsys):
    command("E", "N", "--budget", "40", "--lr", "0.1", "--plot", *words)
    legend, *lines = capsys.readouterr().out.splitlines()
    assert legend == "o E  x N"
    assert max(map(len, lines)) <= 80
    rows = [line.partition("|")[2] for line in lines[: terminal_plot.HEIGHT]]
    heights = [
        next(place for place, row in enumerate(rows) if row[column : column + 1] == "o")
        for column in range(terminal_plot.WIDTH)
    ]
    assert heights == sorted(heights)
    assert (heights[0], heights[-1]) == (0, terminal_plot.HEIGHT - 1)
    middle = heights[terminal_plot.WIDTH // 2]
    straight = (terminal_plot.HEIGHT - 1) / 2
    assert abs(middle - straight) <= 1 if words else middle > straight + 1
    assert set(rows[0].strip("o")) == {"x"}, "the constant rate stays on top"
    assert float(lines[0].split()[0]) == 0.1
    assert float(lines[terminal_plot.HEIGHT - 1].split()[0]) == pytest.approx(
        0.1 * 0.96**39, rel=0.01
    )


def test_a_terminal_plot_leaves_out_what_has_no_logarithm():
    _, *lines = terminal_plot.plot({"A": [0.0, 1.0]}, 1, log=True)
    rows = lines[: terminal_plot.HEIGHT]
    assert sum(row.count("o") for row in rows) == terminal_plot.WIDTH // 2
    with pytest.raises(UserError, match="no rate is above 0"):
        list(terminal_plot.plot({"A": [0.0, 0.0]}, 1, log=True))


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_command_draws_the_same_bytes(suffix, tmp_path, capsys):
    files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for file in files:
        command("C", "H", "--budget", "20", "--lr", "0.1", "--out", str(file), "--log")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert first.startswith({"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix])
    command("C", "H", "--budget", "21", "--lr", "0.1", "--out", str(files[0]), "--log")
    assert files[0].read_bytes() != second


def test_a_drawing_holds_every_rate_in_the_look_of_its_method():
    from epochbudget.figures.drawing.schedules import draw_schedules
    from epochbudget.figures.drawing.style import method_style

    rates = {"C": [0.3, 0.2, 0.1, 0.05], "H": [0.4, 0.3, 0.2, 0.1]}
    axes = draw_schedules(rates, 2, 2, ["lr 0.3"], log=False).axes[0]
    for line, (code, values) in zip(axes.lines, rates.items(), strict=True):
        assert list(line.get_xdata()) == [0, 0.5, 1, 1.5]
        assert list(line.get_ydata()) == values
        assert line.get_color() == method_style(code)["color"]
        assert line.get_label() == code


def test_command_passes_settings_on(capsys):
    command("WH", "--budget", "20", "--lr", "0.1", "--infimum-lr", "0.01", "--csv",
            "--set", "warmup_epochs=4", "--set", "ramp_from_start=true",
            "--set", "upper_bound=20.5")  # fmt: skip
    out, err = capsys.readouterr()
    rates = [float(line.split(",")[2]) for line in out.splitlines()[1:]]
    hp = {"lr": 0.1, "infimum_lr": 0.01, "warmup_epochs": 4, "ramp_from_start": True}
    assert rates == learning_rates(registry.methods()["WH"], {**hp, "upper_bound": 20.5}, 20, 1)
    assert rates[:5] == pytest.approx([0.01, 0.0325, 0.055, 0.0775, 0.1], rel=1e-12)
    assert err == ""


def test_command_notes_what_it_ignores(capsys):
    command("E", "--budget", "3", "--lr", "0.1", "--csv")
    plain = capsys.readouterr()
    command("E", "--budget", "3", "--lr", "0.1", "--csv",
            "--set", "power=2", "--infimum-lr", "1e-5")  # fmt: skip
    noted = capsys.readouterr()
    assert noted.out == plain.out
    assert plain.err == ""
    assert noted.err == "note: E ignores power, infimum_lr\n"


def test_command_shows_people_a_table(capsys):
    command("OC", "--budget", "50", "--lr", "0.1", "--steps-per-epoch", "4")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "OneCycleLR (OC), 200 steps, 4 an epoch"
    assert "highest 0.1 in step 59" in lines
    assert lines[-1].split()[:2] == ["199", "49"]
    assert len(lines) < 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["X"], "CODE is 'X', allowed are N, P, C"),
        (["C", "H", "X"], "CODE is 'X', allowed are N, P, C"),
        (["C", "H", "C"], "CODE C is given twice"),
        (["C", "H", "--budget", "251"], "upper_bound is 250"),
        (["C", "--csv", "--plot"], "--csv and --plot are both given"),
        (["C", "--log"], "--log is given, but nothing is drawn"),
        (["C", "--out", "a.gif"], "--out is 'a.gif', allowed are names that end in .png"),
        (["C", "--out", "a"], "--out is 'a'"),
        (["C", "--budget", "0"], "--budget is 0"),
        (["C", "--budget", "2.5"], "--budget is 2.5"),
        (["C", "--budget", "many"], "--budget is 'many'"),
        (["C", "--steps-per-epoch", "0"], "--steps-per-epoch is 0"),
        (["C", "--lr", "0"], "--lr is 0"),
        (["C", "--lr", "nan"], "--lr is nan"),
        (["Prodigy", "--lr", "-1"], "--lr is -1"),
        (["C", "--infimum-lr", "small"], "infimum_lr is 'small'"),
        (["C", "--infimum-lr", "0.1"], "infimum_lr is 0.1"),
        (["P", "--set", "power=x"], "power is 'x'"),
        (["P", "--set", "power"], "power is ''"),
        (["P", "--set", "power=true"], "power is True"),
        (["P", "--set", "power=1", "--set", "power=2"], "power is given twice"),
        (
            ["C", "--set", "powr=1"],
            "'powr', allowed are .*d_coef, end_factor, factor, first, gamma",
        ),
        (["C", "--set", "gamma=1.5"], "gamma is 1.5"),
        (["S", "--set", "step_size=2.5"], "step_size is 2.5"),
        (["S", "--set", "step_size=0"], "step_size is 0"),
        (["CY", "--set", "step_size_up=0"], "step_size_up is 0"),
        (["OC", "--set", "pct_start=1.1"], "pct_start is 1.1"),
        (["L", "--set", "end_factor=2"], "end_factor is 2"),
        (["WH", "--set", "ramp_from_start=1"], "ramp_from_start is 1"),
        (["H", "--budget", "251"], "upper_bound is 250"),
        (["DAdapt", "--set", "growth_rate=1"], "growth_rate is 1"),
    ],
)
def test_command_explains_mistakes(words, message):
    code, *others = words
    given = {"--budget": "20", "--lr": "0.1"}
    defaults = [w for name, value in given.items() if name not in others for w in (name, value)]
    with pytest.raises(UserError, match=message):
        command(code, *others, *defaults)


def test_command_needs_lr_except_for_learning_rate_free_methods(capsys):
    with pytest.raises(UserError, match="--lr is missing"):
        command("C", "--budget", "2")
    command("Prodigy", "--budget", "2", "--csv")
    assert capsys.readouterr() == ("step,epoch,lr\n0,0,1.0\n1,1,1.0\n", "")


def test_command_bears_a_reader_that_leaves():
    program = (
        "import argparse; from epochbudget import schedule_command as c;"
        "p = argparse.ArgumentParser(); c.add_arguments(p); c.run(p.parse_args())"
    )
    words = ["N", "--budget", "100000", "--lr", "0.1", "--csv"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "step,epoch,lr\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
