"""The oscillator: Newmark's method against theory and independent integrators, and its file."""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from epochbudget.data.generators.newmark import newmark, newmark_reference, trajectories
from epochbudget.data.generators.read import read_oscillator
from epochbudget.data.oscillator import OscillatorSettings, write
from epochbudget.errors import UserError

PAPER = OscillatorSettings().model_dump()
OMEGA = sqrt(200.0)


def closed_form(t, zeta):
    """Displacement of the underdamped oscillator from x = 0.1 at rest."""
    decay, damped = zeta * OMEGA, OMEGA * sqrt(1 - zeta**2)
    return 0.1 * np.exp(-decay * t) * (np.cos(damped * t) + decay / damped * np.sin(damped * t))


def error(dt, zeta):
    columns = trajectories(**PAPER | {"dampings": (zeta,), "dt": dt})
    return np.abs(columns["x"] - closed_form(columns["t"], zeta)).max()


@pytest.mark.parametrize("zeta", PAPER["dampings"])
def test_second_order_towards_the_closed_form(zeta):
    errors = [error(dt, zeta) for dt in (4e-3, 2e-3, 1e-3)]
    # The leading error is a delay: the phase lags by (omega dt)^2 / 12 of itself.
    assert errors[-1] < 0.1 * (OMEGA * 10) * (OMEGA * 1e-3) ** 2 / 12 * 1.01
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("zeta", PAPER["dampings"])
def test_agrees_with_an_independent_integrator(zeta):
    columns = trajectories(**PAPER | {"dampings": (zeta,), "dt": 1e-4, "duration": 2.0})
    solution = solve_ivp(
        lambda t, y: (y[1], -2 * zeta * OMEGA * y[1] - 200 * y[0]),
        (0, 2.0),
        (0.1, 0.0),
        method="DOP853",
        t_eval=np.minimum(columns["t"], 2.0),
        rtol=1e-12,
        atol=1e-14,
    )
    lag = (OMEGA * 2.0) * (OMEGA * 1e-4) ** 2 / 12 * 1.01  # of the phase
    np.testing.assert_allclose(columns["x"], solution.y[0], rtol=0, atol=0.1 * lag)
    np.testing.assert_allclose(columns["v"], solution.y[1], rtol=0, atol=0.1 * OMEGA * lag)
    acceleration = -2 * zeta * OMEGA * solution.y[1] - 200 * solution.y[0]
    np.testing.assert_allclose(columns["a"], acceleration, rtol=0, atol=0.1 * 200 * lag)


positive = st.floats(0.1, 10)


@given(mass=positive, stiffness=positive, x0=positive, v0=st.floats(-10, 10), phase=positive)
@settings(max_examples=50, deadline=None)
def test_conserves_energy_without_damping(mass, stiffness, x0, v0, phase):
    dt = phase * sqrt(mass / stiffness)  # also steps far longer than a period
    x, v, _ = newmark(mass, 0.0, stiffness, x0, v0, dt, 500)
    energy = mass * v**2 / 2 + stiffness * x**2 / 2
    np.testing.assert_allclose(energy, energy[0], rtol=1e-10)


@given(mass=positive, damping=st.floats(0, 3), stiffness=positive, x0=positive, v0=positive)
@settings(max_examples=25, deadline=None)
def test_every_step_solves_newmarks_equations(mass, damping, stiffness, x0, v0):
    dt = 0.05
    path = newmark(mass, damping, stiffness, x0, v0, dt, 100)
    # x', v', a' from x, v, a: two update formulas and the equation of motion, solved as they stand
    implicit = np.array([[1, 0, -(dt**2) / 4], [0, 1, -dt / 2], [stiffness, damping, mass]])
    explicit = np.array([[1, dt, dt**2 / 4], [0, 1, dt / 2], [0, 0, 0]])
    expected = np.linalg.solve(implicit, explicit @ path[:, :-1])
    np.testing.assert_allclose(path[:, 1:], expected, rtol=0, atol=1e-10 * np.abs(path).max())
    np.testing.assert_allclose(
        path[:, 0], [x0, v0, -(damping * v0 + stiffness * x0) / mass], rtol=1e-14
    )


def test_compiled_equals_plain_python():
    arguments = (1.0, 2 * OMEGA * 0.01, 200.0, 0.1, 0.0, 1e-3, 2000)
    np.testing.assert_allclose(
        newmark(*arguments), newmark_reference(*arguments), rtol=1e-13, atol=1e-13
    )


def test_file_holds_the_papers_columns(tmp_path):
    write({}, tmp_path / "oscillator.parquet")
    columns = read_oscillator(tmp_path / "oscillator.parquet")
    assert list(columns) == ["t", "x", "v", "a", "zeta"]
    assert all(values.shape == (3 * 10_001,) for values in columns.values())
    starts = [0, 10_001, 20_002]
    assert columns["zeta"][starts].tolist() == [0.0, 0.01, 0.02]
    assert columns["x"][starts].tolist() == [0.1] * 3
    np.testing.assert_allclose(columns["a"][starts], -20, rtol=1e-14)
    np.testing.assert_allclose(columns["t"][:10_001], np.linspace(0, 10, 10_001), atol=1e-12)


def test_damaged_file_is_a_user_error(tmp_path):
    path = tmp_path / "oscillator.parquet"
    with pytest.raises(UserError, match=r"does not exist.*snakemake .*oscillator\.parquet --force"):
        read_oscillator(path)
    write({"duration": 1.0}, path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", b"no parquet", whole[:-100], whole[:middle], flipped):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"cannot be read.*oscillator\.parquet --force"):
            read_oscillator(path)
