"""The integral operator's data: integrals, scaling, file."""

import json
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.interpolate import CubicHermiteSpline

from epochbudget.data.generators import random_fields
from epochbudget.data.generators.integrate import integrate, integration_matrix
from epochbudget.data.generators.operator_set import scale_limits
from epochbudget.data.generators.random_fields import field_blocks
from epochbudget.data.generators.read import read_integral
from epochbudget.data.integral import IntegralSettings, write
from epochbudget.errors import UserError

GRID = np.linspace(0, 1, 1000)
SMALL = {"fields": 2300, "points": 200}


# --- integrals ---


def parabola_slopes(x, u):
    """Slopes at all points from parabolas through three points each, one at a time."""
    slopes = []
    for i in range(len(x)):
        three = slice(min(max(i - 1, 0), len(x) - 3), min(max(i - 1, 0), len(x) - 3) + 3)
        p = np.polynomial.Polynomial.fit(x[three], u[three], 2)
        slopes.append(p.deriv()(x[i]))
    return np.array(slopes)


grids = st.lists(st.floats(0.5, 2), min_size=3, max_size=30).map(
    lambda gaps: np.concatenate([[0], np.cumsum(gaps)]) / sum(gaps)
)


@given(x=grids, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_integral_is_that_of_the_hermite_interpolant(x, seed):
    random = np.random.default_rng(seed)
    u, y = random.standard_normal(len(x)), np.sort(random.uniform(0, 1, 9))
    spline = CubicHermiteSpline(x, u, parabola_slopes(x, u))
    expected = [spline.integrate(0, limit) for limit in y]
    np.testing.assert_allclose(integrate(x, u, y), expected, rtol=0, atol=1e-12)


@given(x=grids, c=st.tuples(*[st.floats(-5, 5)] * 3))
@settings(max_examples=50, deadline=None)
def test_integral_of_a_parabola_is_exact(x, c):
    y = np.linspace(0, 1, 7)
    u = c[0] + c[1] * x + c[2] * x**2
    expected = c[0] * y + c[1] * y**2 / 2 + c[2] * y**3 / 3
    np.testing.assert_allclose(integrate(x, u, y), expected, rtol=0, atol=1e-13)


def test_integral_of_a_smooth_function_converges():
    def smooth(t):
        return np.exp(np.sin(7 * t))

    y = np.linspace(0, 1, 11)
    expected = np.array([quad(smooth, 0, limit, epsabs=1e-13)[0] for limit in y])
    errors = []
    for points in (251, 501, 1001):
        x = np.linspace(0, 1, points)
        errors.append(np.abs(integrate(x, smooth(x), y) - expected).max())
    # cubic in the end cells (slopes there are of second order), quartic in between
    assert errors[0] / errors[1] > 7.5 and errors[1] / errors[2] > 7.5
    assert errors[2] < 1e-8


@pytest.mark.parametrize("digits", [None, 3])
def test_matrix_equals_one_function_at_a_time(digits):
    x, y = GRID, np.linspace(0, 1, 100)
    if digits is not None:
        x, y = np.round(x, digits), np.round(y, digits)
    u = next(field_blocks(GRID, 50, 0.1, 0.4, 5))
    plain = np.array([integrate(x, one, y) for one in u])
    np.testing.assert_allclose(u @ integration_matrix(x, y).T, plain, rtol=0, atol=1e-13)


# --- the file ---


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("integral") / "integral.parquet"
    write(SMALL, path)
    return path


def facts(path):
    metadata = pq.read_schema(path).metadata
    return {name: json.loads(metadata[name.encode()]) for name in ("limits", "sensors")}


def hermite_integrals(x, u, y):
    slopes = np.gradient(u, x, axis=1, edge_order=2)
    return CubicHermiteSpline(x, u, slopes, axis=1).antiderivative()(y)


def test_file_holds_scaled_sensors_and_their_integrals(small_file):
    sensors, targets, queries = read_integral(small_file)
    assert sensors.shape == (2300, 20) and targets.shape == (2300, 50)
    assert sensors.dtype == targets.dtype == np.float32
    assert queries.tolist() == np.linspace(0, 1, 50).tolist()

    x = np.linspace(0, 1, 200)
    u = np.concatenate(list(field_blocks(x, 2300, 0.1, 0.4, 42)))
    hi = u.max(axis=1).mean() + u.max(axis=1).std(ddof=1)
    lo = u.min(axis=1).mean() - u.min(axis=1).std(ddof=1)
    np.testing.assert_allclose(facts(small_file)["limits"], (lo, hi), rtol=1e-12)
    scaled = (u - lo) / (hi - lo) * 2 - 1
    assert scale_limits([scaled]) == pytest.approx((-1, 1), abs=1e-12)
    np.testing.assert_allclose(sensors, scaled[:, ::10], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(facts(small_file)["sensors"], x[::10], rtol=0, atol=0)
    exact = hermite_integrals(x, scaled[:20], queries)
    np.testing.assert_allclose(targets[:20], exact, rtol=1e-6, atol=1e-6)
    assert not targets[:, 0].any()


def test_the_papers_sizes(tmp_path):
    write({"fields": 2, "queries": 100}, tmp_path / "integral.parquet")
    sensors, targets, _ = read_integral(tmp_path / "integral.parquet")
    assert sensors.shape == targets.shape == (2, 100)


def test_rounded_grids_are_the_authors(tmp_path):
    write({"fields": 20, "queries": 100, "rounded_grids": True}, tmp_path / "rounded.parquet")
    write({"fields": 20, "queries": 100}, tmp_path / "exact.parquet")
    rounded, exact = (read_integral(tmp_path / f"{n}.parquet") for n in ("rounded", "exact"))
    np.testing.assert_array_equal(rounded[0], exact[0])  # the same functions
    assert np.sum(np.diff(rounded[2]) > 0.0105) == 10
    x, (lo, hi) = np.round(GRID, 3), facts(tmp_path / "rounded.parquet")["limits"]
    assert np.sum(np.diff(x) > 0.0015) == 1
    u = (next(field_blocks(GRID, 20, 0.1, 0.4, 42)) - lo) / (hi - lo) * 2 - 1
    assert np.abs(hermite_integrals(x, u, rounded[2]) - rounded[1]).max() < 1e-6
    assert np.abs(rounded[1] - exact[1]).max() > 1e-4


def test_chunks_do_not_change_values(small_file, tmp_path):
    write(SMALL | {"chunk": 1}, tmp_path / "chunks.parquet")
    assert pq.ParquetFile(tmp_path / "chunks.parquet").num_row_groups == 3
    assert pq.ParquetFile(small_file).num_row_groups == 1
    for ours, whole in zip(
        read_integral(tmp_path / "chunks.parquet"), read_integral(small_file), strict=True
    ):
        np.testing.assert_array_equal(ours, whole)


def test_memory_does_not_grow_with_the_number_of_fields(tmp_path):
    def peak(fields):
        tracemalloc.start()
        try:
            write({"fields": fields, "chunk": 1000}, tmp_path / "integral.parquet")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1000)  # imports and caches
    # 12,000 more fields hold 96 MB of points, their sensors and targets 10 MB.
    assert peak(15_000) - peak(3000) < 5e6


def test_bytes_depend_on_settings_only(small_file, tmp_path):
    write(SMALL, tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == small_file.read_bytes()
    write(SMALL | {"seed": 43}, tmp_path / "other.parquet")
    assert (tmp_path / "other.parquet").read_bytes() != small_file.read_bytes()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_bytes_do_not_depend_on_threads(small_file, tmp_path, threads):
    code = (
        "import sys; from pathlib import Path; from epochbudget.data.integral import write;"
        f"write({SMALL!r}, Path(sys.argv[1]))"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(names, threads)
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    path = tmp_path / "integral.parquet"
    subprocess.run([sys.executable, "-c", code, str(path)], env=environment, check=True)
    assert path.read_bytes() == small_file.read_bytes()


def test_damaged_file_is_a_user_error(small_file, tmp_path):
    path = tmp_path / "integral.parquet"
    with pytest.raises(UserError, match=r"does not exist.*snakemake .*integral\.parquet --force"):
        read_integral(path)
    whole = small_file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", whole[:-50], whole[:middle], flipped):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="cannot be read"):
            read_integral(path)


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def broken(*arguments):
        yield np.zeros((1000, 200))
        raise RuntimeError("out of luck")

    monkeypatch.setattr("epochbudget.data.generators.operator_set.field_blocks", broken)
    with pytest.raises(RuntimeError, match="out of luck"):
        write(SMALL, tmp_path / "integral.parquet")
    assert list(tmp_path.iterdir()) == []


def test_impossible_settings_are_refused():
    for wrong in (
        {"length_scale_low": 0.5},
        {"rounded_grids": True, "points": 2000},
        {"fields": 1},
        {"points_": 5},
    ):
        with pytest.raises(ValidationError):
            IntegralSettings.model_validate(wrong)
    assert IntegralSettings().chunk % random_fields.BLOCK == 0
