"""TFONet against torch's encoder and decoder: gradients, vmap, work."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import mse_loss

from epochbudget.models.layers.slices import in_slices
from epochbudget.models.tfonet import SLICE, TFONet, TFONetReference
from operations import Operations


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def build(form: type[TFONet], seed: int = 1) -> TFONet:
    torch.manual_seed(seed)
    return form(sensors=9, queries=7, d_model=8, heads=2, feedforward=12, layers=2).double()


def samples(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """(u, y, G(u)) of `count` functions."""
    u, y, target = torch.randn(count, 9), torch.rand(7), torch.randn(count, 7)
    return u.double(), y.double(), target.double()


def test_forms_share_names_and_draws() -> None:
    ours, theirs = (build(form).state_dict() for form in (TFONet, TFONetReference))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("count", [1, SLICE, SLICE + 3])
def test_outputs_and_gradients_are_the_plain_ones(count: int) -> None:
    u, y, target = samples(count)
    results = []
    for model in (build(TFONet), build(TFONetReference)):
        values = model(u, y)
        gradients = torch.autograd.grad(mse_loss(values, target), list(model.parameters()))
        results.append([values, *gradients])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_training_is_the_plain_one_over_several_slices() -> None:
    u, y, target = samples(SLICE + 3)
    trajectories = []
    for model in (build(TFONet), build(TFONetReference)):
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            losses.append(mse_loss(model(u, y), target))
            losses[-1].backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        trajectories.append([torch.stack(losses), *model.parameters()])
    assert trajectories[1][0][-1] < 0.99 * trajectories[1][0][0]
    for ours, theirs in zip(*trajectories, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)


def test_evaluation_is_the_plain_one() -> None:
    u, y, _ = samples(5)
    with torch.no_grad():
        ours, theirs = (build(form).eval()(u, y) for form in (TFONet, TFONetReference))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_vmap_over_models_is_the_loop() -> None:
    models: list[nn.Module] = [build(TFONet, seed) for seed in range(3)]
    u, y, target = samples(SLICE + 2)
    stacked, buffers = stack_module_state(models)

    def loss(parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor]) -> Tensor:
        values: Tensor = functional_call(models[0], (parameters, buffers), (u, y))
        return mse_loss(values, target)

    losses = vmap(loss)(stacked, buffers)
    gradients = torch.autograd.grad(losses.sum(), list(stacked.values()))
    for number, model in enumerate(models):
        single = mse_loss(model(u, y), target)
        torch.testing.assert_close(losses[number], single, rtol=0, atol=1e-12)
        plain = torch.autograd.grad(single, list(model.parameters()))
        for ours, theirs in zip(gradients, plain, strict=True):
            torch.testing.assert_close(ours[number], theirs, rtol=0, atol=1e-12)


def test_layout_costs_no_copies() -> None:
    """Forward and backward: what is left are the gradients of queries, keys and values."""
    u, y, target = samples(SLICE)
    work = []
    for model in (build(TFONet), build(TFONetReference)):
        with Operations() as done:
            mse_loss(model(u, y), target).backward()  # type: ignore[no-untyped-call]
        work.append(done.elements)
    ours, theirs = work
    assert ours["copy_"] == 0
    assert 3 * ours["clone"] < theirs["clone"]
    assert ours["mm"] + ours["addmm"] < theirs["mm"] + theirs["addmm"]


@pytest.mark.parametrize(("device", "sizes"), [("cpu", [2, 2, 1]), ("meta", [5])])
def test_slices_are_for_the_cpu(device: str, sizes: list[int]) -> None:
    seen = []

    def double(part: Tensor) -> Tensor:
        seen.append(len(part))
        return 2 * part

    batch = torch.rand(5, 3, device=device)
    result = in_slices(double, batch, 2)
    assert result.shape == batch.shape
    assert seen == sizes
