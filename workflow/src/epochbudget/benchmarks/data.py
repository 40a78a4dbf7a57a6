"""Generation of the data sets at the paper's sizes."""

from typing import TYPE_CHECKING

from epochbudget.benchmarks.base import Benchmark, Row

if TYPE_CHECKING:
    from epochbudget.data.generators.random_fields import Array


def measure() -> list[Row]:
    """The oscillator compiled; random fields and their integrals as matrix products."""
    return [_oscillator(), _integral()]


def _oscillator() -> Row:
    import numpy as np

    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.data.generators.newmark import newmark, newmark_reference
    from epochbudget.data.oscillator import OscillatorSettings

    s = OscillatorSettings.model_validate({})
    critical = 2.0 * (s.stiffness * s.mass) ** 0.5
    runs = [
        (s.mass, critical * zeta, s.stiffness, s.x0, s.v0, s.dt, round(s.duration / s.dt))
        for zeta in s.dampings
    ]
    return compare(
        "oscillator, 3 x 10,001 steps",
        "numba",
        lambda: np.stack([newmark_reference(*run) for run in runs]),
        lambda: np.stack([newmark(*run) for run in runs]),
    )


def _integral() -> Row:
    """10,000 fields with their integrals. The two ways draw other numbers of one distribution, so
    what they return for comparison are covariances, which differ by about 1/sqrt(10,000).
    """
    import numpy as np

    from epochbudget.benchmarks.tools.timing import compare
    from epochbudget.data.generators.integrate import integrate, integration_matrix
    from epochbudget.data.generators.random_fields import embedded_field, field_blocks

    x, y, fields = np.linspace(0, 1, 1000), np.linspace(0, 1, 100), 10_000

    def covariance(u: "Array", integrals: "Array") -> "Array":
        return np.cov(np.concatenate([u[:, ::333], integrals[:, ::33]], axis=1).T)

    def reference() -> "Array":
        random = np.random.default_rng(0)
        lengths = random.uniform(0.1, 0.4, fields)
        u = np.stack([embedded_field(len(x), length, random) for length in lengths])
        return covariance(u, np.stack([integrate(x, field, y) for field in u]))

    def fast() -> "Array":
        u = np.concatenate(list(field_blocks(x, fields, 0.1, 0.4, seed=0)))
        return covariance(u, u @ integration_matrix(x, y).T)

    model = "10,000 random fields and integrals"
    return compare(model, "matrix products (covariances)", reference, fast, repeats=1)


BENCHMARK = Benchmark("data", 5, measure)
