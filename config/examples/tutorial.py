"""The composed schedule of the tutorial's comparison (`config/tutorial.yaml`).

As a function, because its last part begins at another rate than its first: a `sequential` in the
configuration would let the exponential part begin at the full rate again.
"""

from math import cos, pi

WARM_UP, COSINE = 5, 15
"""Epochs of the first two parts; the third lasts to the end."""
LOW, GAMMA = 0.1, 0.9
"""Where the cosine ends and the exponential begins, as a share of the rate; its factor an epoch."""


def warm_up_cosine_exponential(epoch, total_epochs, base_lr, config):
    """Linear warm-up, a cosine down to a tenth, then an exponential from there on."""
    if epoch < WARM_UP:
        return base_lr * (epoch + 1) / WARM_UP
    if epoch < WARM_UP + COSINE:
        wave = (1 + cos(pi * (epoch - WARM_UP) / COSINE)) / 2
        return base_lr * (LOW + (1 - LOW) * wave)
    return base_lr * LOW * GAMMA ** (epoch - WARM_UP - COSINE)
