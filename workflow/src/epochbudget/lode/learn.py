"""What LODE learns from earlier runs: the best of their schedules, and a latent ODE of them all."""

import json
import math
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from epochbudget.errors import UserError
from epochbudget.files import canonical_json, write_json
from epochbudget.lode.fit import digest, fit
from epochbudget.lode.latent_ode import SCORE
from epochbudget.lode.observing import trajectory
from epochbudget.seeds import derive_seed


def learn(spec: Mapping[str, Any], priors: Sequence[Path], output: Path) -> None:
    """Write what runs of one of LODE's methods need.

    Args:
        spec: `Experiment.lode_spec`.
        priors: Files of `prior.collect`, one for each method.
        output: The JSON file to write: `hyperparameters` of the runs: those of the best earlier
            schedule, its method (`base`) and what they are steered with; `dynamics`, the latent ODE
            (only the `bounds` of rates, where none is needed); `losses` of its training; `prior`:
            number, epochs and seconds of the earlier runs; `seconds` of learning; `made_from`: what
            all this depends on, for `epochbudget plan`.

    Raises:
        UserError: If no schedule reached its end with all seeds.
    """
    begun = time.monotonic()
    files = [json.loads(path.read_text(encoding="utf-8")) for path in priors]
    runs = [{**run, "method": file["method"]} for file in files for run in file["runs"]]
    found = best_schedule(runs, len(files[0]["spec"]["seeds"]), priors)
    cost = {
        "runs": len(runs) + sum(file["diverged"]["runs"] for file in files),
        "epochs": sum(len(run["val_loss"]) for run in runs)
        + sum(file["diverged"]["epochs"] for file in files),
        "seconds": sum(run["seconds"] for run in runs)
        + sum(file["diverged"]["seconds"] for file in files),
    }
    dynamics: dict[str, Any] | None = None
    losses: list[float] = []
    if spec["steering"] != "nothing":
        dynamics, losses = _dynamics(spec, runs)
        found |= {"dynamics": digest(dynamics), "faithful": bool(spec.get("faithful"))}
    learnt = {"hyperparameters": found, "dynamics": dynamics, "losses": losses}
    origin = {"spec": spec, "priors": [[file["spec"], file["data"]] for file in files]}
    spent = time.monotonic() - begun
    write_json(output, {**learnt, "prior": cost, "seconds": spent, "made_from": origin})


def score(run: Mapping[str, Any]) -> float:
    """What is better the higher it is: final accuracy, or minus the logarithm of the final loss."""
    if run["accuracy"] is None:
        return -math.log(run["val_loss"][-1])
    return float(run["accuracy"][-1])


def best_schedule(
    runs: Sequence[Mapping[str, Any]], seeds: int, priors: Sequence[Path]
) -> dict[str, Any]:
    """Hyperparameters and method (`base`) of the runs whose mean score over the seeds is best.

    Args:
        runs: All that reached their end.
        seeds: How many there are of a schedule with one rate, if none of them diverged.
        priors: Where they come from.

    Raises:
        UserError: If no schedule reached its end with all seeds.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        groups.setdefault(canonical_json([run["method"], run["hyperparameters"]]), []).append(run)
    complete = [group for group in groups.values() if len(group) == seeds]
    if not complete:
        raise UserError(
            f"{priors[0].parent}: of each schedule a run diverged, at one at least none may",
            "lower lode.lr_factors",
        )
    best = max(complete, key=lambda group: statistics.fmean(map(score, group)))[0]
    return {**best["hyperparameters"], "base": best["method"]}


def trajectories(runs: Sequence[Mapping[str, Any]], drifting: bool = False) -> list[Tensor]:
    """What was observed of each run (T, 3); see `observing.trajectory`."""
    return [
        trajectory(run["observations"], run["val_loss"], run["accuracy"], drifting) for run in runs
    ]


def shuffled(observed: Sequence[Tensor], seed: int) -> list[Tensor]:
    """Trajectories (T, 3) of equal length, each with the score of another one."""
    generator = Generator().manual_seed(derive_seed(seed, "shuffled scores"))
    order = torch.randperm(len(observed), generator=generator)
    giver = dict(zip(order.tolist(), order.roll(1).tolist(), strict=True))
    mixed = [own.clone() for own in observed]
    for place, own in enumerate(mixed):
        own[:, SCORE] = observed[giver[place]][:, SCORE]
    return mixed


def _dynamics(
    spec: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[float]]:
    """The latent ODE's state and the losses of its training; bounds alone where chance steers."""
    if spec["steering"] == "chance":
        rates = [rate for run in runs for rate in run["observations"]["lr"]]
        return {"bounds": [min(rates), max(rates)]}, []
    observed = trajectories(runs, spec["faithful"])
    if spec["steering"] == "shuffled":
        observed = shuffled(observed, spec["seed"])
    settings = {name: spec[name] for name in ("seed", "steps", "batch_size", "lr")}
    dynamics, losses = fit(observed, **settings)
    return dynamics.state_dict(), losses
