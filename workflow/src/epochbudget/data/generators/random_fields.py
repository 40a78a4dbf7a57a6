"""Gaussian random fields on [0, 1] with the kernel k(d) = exp(-d^2 / (2 l^2)).

On a circle longer than [0, 1] the kernel has discrete Fourier modes, and they fade so fast that a
few dozen hold it to double precision: a field is a random sum of cosines and sines, and many fields
are one matrix product, whatever their length scales. `embedded_field` is the plain reference, the
paper's sampler: circulant embedding and one FFT a field. Both have the same distribution.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK = 1000
"""Fields drawn from one random stream; fixed, so that no chunk size can change a field."""
_REACH = 8.6
"""exp(-_REACH^2 / 2) is below the spacing of double precision at 1."""


@dataclass(frozen=True)
class Spectrum:
    """The kernel's Fourier modes on a circle, for length scales between `low` and `high`.

    The circle is so long that a point of [0, 1] does not feel the next round of the kernel.
    """

    low: float
    high: float

    @property
    def period(self) -> float:
        """Length of the circle."""
        return 1.0 + _REACH * self.high

    @property
    def modes(self) -> int:
        """Number of modes that matter, the constant one included."""
        return 1 + ceil(_REACH * self.period / (2.0 * pi * self.low))

    def basis(self, x: Array) -> Array:
        """Cosines of all modes, then sines of all but the constant one, at x (n,): (2K - 1, n)."""
        angle = 2.0 * pi / self.period * np.arange(self.modes)[:, None] * x
        return np.concatenate([np.cos(angle), np.sin(angle[1:])])

    def deviations(self, lengths: Array) -> Array:
        """Standard deviations of the basis' coefficients for length scales (F,): (F, 2K - 1).

        The variance of mode k is the kernel's Fourier transform at frequency k / period, divided
        by the period, and twice that for k > 0, where k and -k share one cosine and one sine.
        """
        scale = lengths[:, None]
        frequency = np.arange(self.modes) / self.period
        variance = sqrt(2.0 * pi) * scale / self.period
        variance = variance * np.exp(-0.5 * (2.0 * pi * scale * frequency) ** 2)
        variance[:, 1:] *= 2.0
        deviation = np.sqrt(variance)
        return np.concatenate([deviation, deviation[:, 1:]], axis=1)


def field_blocks(x: Array, fields: int, low: float, high: float, seed: int) -> Iterator[Array]:
    """Random fields at x (n,), in blocks of up to BLOCK fields: (F, n) each.

    Each field has its own length scale, uniform between `low` and `high`. Block i draws from the
    i-th stream derived from `seed`, so a set is the beginning of any larger one.
    """
    spectrum = Spectrum(low, high)
    basis = spectrum.basis(x)
    for block, start in enumerate(range(0, fields, BLOCK)):
        size = min(BLOCK, fields - start)
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
        lengths = random.uniform(low, high, BLOCK)[:size]
        normals = random.standard_normal((size, len(basis)))
        yield (normals * spectrum.deviations(lengths)) @ basis


def embedding_eigenvalues(points: int, length: float) -> Array:
    """Eigenvalues (m,) of a circulant matrix whose first rows and columns hold the covariance.

    m starts at 2048 (or the next power of two that holds the grid twice) and doubles while the most
    negative eigenvalue is below -1e-6; what is still negative then is set to 0.
    """
    m = max(2048, 1 << (2 * (points - 1) - 1).bit_length())
    while True:
        lag = np.minimum(np.arange(m), m - np.arange(m)) / (points - 1)
        eigenvalues = np.fft.fft(np.exp(-0.5 * (lag / length) ** 2)).real
        if eigenvalues.min() >= -1e-6:
            return np.clip(eigenvalues, 0.0, None)
        m *= 2


def embedded_field(points: int, length: float, random: np.random.Generator) -> Array:
    """One field (points,) on equidistant points of [0, 1] by circulant embedding."""
    eigenvalues = embedding_eigenvalues(points, length)
    m = len(eigenvalues)
    noise = random.standard_normal(m) + 1j * random.standard_normal(m)
    return np.fft.fft(np.sqrt(eigenvalues / m) * noise).real[:points]
