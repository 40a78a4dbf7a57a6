"""Random fields: both samplers against the kernel, and the random streams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochbudget.data.generators.random_fields import (
    Spectrum,
    embedded_field,
    embedding_eigenvalues,
    field_blocks,
)

GRID = np.linspace(0, 1, 1000)


def kernel(x, length):
    return np.exp(-((x[:, None] - x) ** 2) / (2 * length**2))


@pytest.mark.parametrize("length", [0.1, 0.13, 0.25, 0.4])
def test_spectral_sampler_has_exactly_the_kernels_covariance(length):
    spectrum = Spectrum(0.1, 0.4)
    basis = spectrum.basis(GRID)
    variance = spectrum.deviations(np.array([length]))[0] ** 2
    np.testing.assert_allclose((basis.T * variance) @ basis, kernel(GRID, length), atol=1e-13)


@given(low=st.floats(0.02, 1.5), stretch=st.floats(1, 5), where=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_spectrum_is_complete_for_all_length_scales(low, stretch, where):
    spectrum, x = Spectrum(low, low * stretch), np.linspace(0, 1, 23)
    length = low + where * (low * stretch - low)
    basis = spectrum.basis(x)
    variance = spectrum.deviations(np.array([length]))[0] ** 2
    np.testing.assert_allclose((basis.T * variance) @ basis, kernel(x, length), atol=1e-12)


@pytest.mark.parametrize("length", [0.1, 0.25, 0.4])
def test_reference_sampler_has_the_kernels_covariance(length):
    covariance = np.fft.ifft(embedding_eigenvalues(1000, length)).real[:1000]
    np.testing.assert_allclose(covariance, kernel(GRID, length)[0], atol=1e-6)


def spectral_fields(points, length, count):
    return np.concatenate(list(field_blocks(np.linspace(0, 1, points), count, length, length, 1)))


def embedded_fields(points, length, count):
    random = np.random.default_rng(1)
    return np.array([embedded_field(points, length, random) for _ in range(count)])


@pytest.mark.parametrize("sampler", [spectral_fields, embedded_fields])
def test_samples_have_the_kernels_covariance(sampler):
    count, length = 2000, 0.25
    fields = sampler(101, length, count)[:, ::10]
    expected = kernel(np.linspace(0, 1, 11), length)
    # An entry of the sample covariance of Gaussians has variance (k(0)^2 + k(d)^2) / count.
    z = (fields.T @ fields / count - expected) / np.sqrt((1 + expected**2) / count)
    assert np.abs(z).max() < 4.5
    assert np.abs(fields.mean(axis=0)).max() < 4.5 / np.sqrt(count)


def test_length_scales_are_uniform_between_the_bounds():
    # mean squared slope of a field is 1 / l^2; its mean over l ~ U(a, b) is 1 / (a b)
    count = 6000
    blocks = field_blocks(np.array([0.5, 0.5 + 1e-4]), count, 0.1, 0.4, 3)
    squares = (np.diff(np.concatenate(list(blocks)))[:, 0] / 1e-4) ** 2
    fourth = 3 * (0.1**-3 - 0.4**-3) / (3 * 0.3)  # E[slope^4] = 3 E[l^-4]
    deviation = np.sqrt((fourth - 25**2) / count)
    assert abs(squares.mean() - 25) < 4 * deviation


def test_fields_depend_on_the_seed_and_a_set_begins_every_larger_one():
    x = GRID[::50]
    small, large, other = (
        np.concatenate(list(field_blocks(x, count, 0.1, 0.4, seed)))
        for count, seed in ((1300, 7), (2500, 7), (1300, 8))
    )
    np.testing.assert_allclose(small, large[:1300], rtol=0, atol=1e-13)
    assert np.abs(small - other).min(axis=1).max() > 0
    assert len(np.unique(large[:, 0])) == 2500  # no stream is used twice
