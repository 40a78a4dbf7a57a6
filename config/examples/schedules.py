"""Three schedules from outside of the package, proposed in a session of MLS-Bench's task
dl-lr-schedule (arXiv 2605.08678): `plugins.yaml` beside this file puts them among the methods.

Each is called once an epoch, and adapts to the architecture and the data set in `config`.
"""

from math import cos, pi, sin


def by_architecture(config, resnet20, resnet56, mobilenetv2, other):
    """The value for what is trained."""
    known = {"resnet20": resnet20, "resnet56": resnet56, "mobilenetv2": mobilenetv2}
    return known.get(config["arch"], other)


def by_dataset(config, cifar100, fmnist):
    """A factor for the data set, 1 for others."""
    return {"cifar100": cifar100, "fmnist": fmnist}.get(config["dataset"], 1)


def fall(high, low, progress):
    """Half a cosine wave from `high` to `low`."""
    return low + (high - low) * (1 + cos(pi * progress)) / 2


def warm_plateau_fall(epoch, total_epochs, base_lr, warm_up, plateau):
    """(rate, progress of the last part): linear warm-up, plateau, cosine to a hundredth."""
    if epoch < warm_up:
        return base_lr * (epoch + 1) / warm_up, 0
    if epoch < warm_up + plateau:
        return base_lr, 0
    progress = (epoch - warm_up - plateau) / (total_epochs - warm_up - plateau)
    return fall(base_lr, base_lr / 100, progress), progress


def ripple(epoch, total_epochs, base_lr, config):
    """Warm-up, plateau, and a cosine with a ripple of one per cent."""
    warm_up = by_architecture(config, 5, 10, 3, 7)
    plateau = by_architecture(config, 20, 30, 15, 25)
    if config["dataset"] == "cifar100":
        warm_up, plateau = int(1.2 * warm_up), int(1.1 * plateau)
    elif config["dataset"] == "fmnist":
        warm_up, plateau = max(2, warm_up // 2), max(10, plateau // 2)
    warm_up = min(warm_up, total_epochs // 4)
    plateau = max(0, min(plateau, total_epochs - warm_up - 10))
    rate, progress = warm_plateau_fall(epoch, total_epochs, base_lr, warm_up, plateau)
    return rate * (1 + 0.01 * sin(6 * pi * progress))


def adaptive_one_cycle(epoch, total_epochs, base_lr, config):
    """Up and down by cosines, from and to a fraction of the rate."""
    peak = by_architecture(config, 0.25, 0.4, 0.2, 0.35)
    lowest = base_lr / (by_architecture(config, 20, 30, 15, 25) * by_dataset(config, 1.5, 0.8))
    progress = epoch / max(1, total_epochs - 1)
    if progress < peak:
        return fall(lowest, base_lr, progress / peak)
    return fall(base_lr, lowest, (progress - peak) / (1 - peak))


def ratio(epoch, total_epochs, base_lr, config):
    """Warm-up and plateau as shares of the budget, then at least ten epochs of cosine."""
    warm_share = min(max(by_architecture(config, 0.03, 0.05, 0.02, 0.04), 0.01), 0.1)
    plateau_share = by_architecture(config, 0.15, 0.2, 0.1, 0.18) * by_dataset(config, 1.2, 0.8)
    warm_up = int(warm_share * total_epochs)
    plateau = int(min(max(plateau_share, 0.05), 0.3) * total_epochs)
    plateau = max(0, min(plateau, total_epochs - warm_up - 10))
    return warm_plateau_fall(epoch, total_epochs, base_lr, warm_up, plateau)[0]
