"""What must come out by theory: the data against closed forms, the models' sizes by hand."""

import math
from collections.abc import Iterator
from typing import Any

COLUMNS = ("check", "expected", "found", "tolerance", "result")
"""Columns of closed_forms.csv; result is yes or no."""

Row = dict[str, Any]


def rows() -> list[Row]:
    """A row with COLUMNS for each check."""
    return [*_oscillator(), *_integrals(), *_parameters()]


def _row(check: str, expected: float, found: float, tolerance: float) -> Row:
    result = "yes" if abs(found - expected) <= tolerance else "no"
    return dict(zip(COLUMNS, (check, expected, found, tolerance, result), strict=True))


def _oscillator() -> Iterator[Row]:
    """Newmark's average acceleration (paper, oscillator data) against the damped cosine.

    The method delays the phase by (omega dt)^2 / 12 of itself, which bounds its error; for zeta = 0
    the delayed cosine itself is exact.
    """
    import numpy as np

    from epochbudget.data.generators.newmark import trajectories
    from epochbudget.data.oscillator import OscillatorSettings

    settings = OscillatorSettings.model_validate({})
    columns = trajectories(**settings.model_dump())
    omega, dt, x0 = math.sqrt(settings.stiffness / settings.mass), settings.dt, settings.x0
    lag = omega * settings.duration * (omega * dt) ** 2 / 12
    for zeta in settings.dampings:
        own = columns["zeta"] == zeta
        t, x = columns["t"][own], columns["x"][own]
        decay, damped = zeta * omega, omega * math.sqrt(1 - zeta**2)
        wave = np.cos(damped * t) + decay / damped * np.sin(damped * t)
        error = float(np.abs(x - x0 * np.exp(-decay * t) * wave).max())
        name = f"oscillator, zeta = {zeta:g}: largest error of x against the damped cosine"
        yield _row(name, 0.0, error, 1.01 * x0 * lag)
        if zeta == 0:
            slower = 2 / dt * math.atan(omega * dt / 2)
            error = float(np.abs(x - x0 * np.cos(slower * t)).max())
            name = "oscillator, zeta = 0: largest error of x against Newmark's own cosine"
            yield _row(name, 0.0, error, 1e-10)


def _integrals() -> Iterator[Row]:
    """Integrals of functions whose antiderivative is known, on the paper's grids.

    The slopes of the interpolant are exact for parabolas; for others its error is of order h^3.
    """
    import numpy as np

    from epochbudget.data.generators.integrate import integrate

    x, y = np.linspace(0, 1, 1000), np.linspace(0, 1, 100)
    for name, u, integral, tolerance in (
        ("3x^2 - 2x + 1", 3 * x**2 - 2 * x + 1, y**3 - y**2 + y, 1e-13),
        ("sin(2 pi x)", np.sin(2 * np.pi * x), (1 - np.cos(2 * np.pi * y)) / (2 * np.pi), 1e-8),
    ):
        error = float(np.abs(integrate(x, u, y) - integral).max())
        yield _row(f"integral of {name}: largest error on 100 points", 0.0, error, tolerance)


def _parameters() -> Iterator[Row]:
    """Sizes of the paper's models, counted on torch's meta device, which allocates nothing."""
    import torch

    from epochbudget.models.cnn import SimpleCNN
    from epochbudget.models.deeponet import DeepONet
    from epochbudget.models.lstm import LSTM
    from epochbudget.models.resnet import resnet
    from epochbudget.models.tfonet import TFONet
    from epochbudget.models.vit import ViT
    from epochbudget.verification import parameter_counts as by_hand

    with torch.device("meta"):
        networks = {
            "LSTM": (LSTM(1, 1), by_hand.lstm(1, 1)),
            "DeepONet": (DeepONet(), by_hand.deeponet()),
            "TFONet": (TFONet(), by_hand.tfonet()),
            "SimpleCNN": (SimpleCNN(), by_hand.cnn()),
            "ResNet-18": (resnet(), by_hand.resnet()),
            "ViT": (ViT(), by_hand.vit()),
        }
    for name, (network, expected) in networks.items():
        found = sum(parameter.numel() for parameter in network.parameters())
        yield _row(f"{name}: number of parameters", expected, found, 0)
