"""The baselines of MLS-Bench's task dl-lr-schedule (arXiv 2605.08678), as it states them."""

from math import cos, pi

WARM_UP = 5
"""Epochs of the warm-up."""
PEAK = 0.3
"""Share of the budget after which the cycle is at its peak."""
DIVISOR = 25
"""The peak's rate over that at both ends of the cycle."""


def wave(high, low, progress):
    """Half a cosine wave from `high` to `low`."""
    return low + (high - low) * (1 + cos(pi * progress)) / 2


def cosine(epoch, total_epochs, base_lr, config):
    """From the rate to 0."""
    return wave(base_lr, 0, epoch / total_epochs)


def warmup_cosine(epoch, total_epochs, base_lr, config):
    """Five epochs of linear warm-up, then a cosine to 0."""
    if epoch < WARM_UP:
        return base_lr * (epoch + 1) / WARM_UP
    return wave(base_lr, 0, (epoch - WARM_UP) / (total_epochs - WARM_UP))


def one_cycle(epoch, total_epochs, base_lr, config):
    """Up by a cosine for 30 % of the budget, then down by one."""
    progress, low = epoch / max(1, total_epochs - 1), base_lr / DIVISOR
    if progress < PEAK:
        return wave(low, base_lr, progress / PEAK)
    return wave(base_lr, low, (progress - PEAK) / (1 - PEAK))
