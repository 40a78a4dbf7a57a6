"""The LSTM unrolled by hand against its equations, torch's LSTM, and a loop over members."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state
from torch.nn import functional

from epochbudget.models.lstm import LSTM, LSTMReference
from operations import PRODUCTS, Operations

SIZES = {  # inputs, outputs, horizon, hidden, layers; steps, batch
    "three layers": ((1, 1, 5, 6, 3), (7, 4)),
    "one layer": ((1, 1, 3, 5, 1), (4, 3)),
    "MS": ((3, 1, 4, 5, 2), (6, 3)),
    "M": ((3, 3, 4, 5, 2), (6, 3)),
    "one step, one sample": ((1, 1, 1, 4, 3), (1, 1)),
}


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def pair(*sizes: int) -> tuple[LSTM, LSTMReference]:
    """The fast form and the plain one, in float64, with the same parameters."""
    fast, plain = LSTM(*sizes).double(), LSTMReference(*sizes).double()
    plain.load_state_dict(fast.state_dict())
    return fast, plain


def gradients(model: nn.Module) -> list[Tensor]:
    return [p.grad.clone() for p in model.parameters() if p.grad is not None]


def backward(model: nn.Module, loss: Tensor, retain_graph: bool = False) -> list[Tensor]:
    """The gradients of `loss` alone."""
    model.zero_grad()
    loss.backward(retain_graph=retain_graph)  # type: ignore[no-untyped-call]
    return gradients(model)


def assert_equal(ours: Any, theirs: Any, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)


def by_equations(model: LSTM, history: Tensor) -> Tensor:
    """The gate equations, sample by sample and step by step."""

    def advance(network: nn.LSTM, x: Tensor, state: list[tuple[Tensor, Tensor]]) -> Tensor:
        for layer, (h, c) in enumerate(state):
            w_x, w_h, b_x, b_h = network.all_weights[layer]
            i, f, g, o = (w_x @ x + b_x + w_h @ h + b_h).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            x = o.sigmoid() * c.tanh()
            state[layer] = (x, c)
        return x

    results = []
    for sample in history:
        zeros = history.new_zeros(model.encoder.hidden_size)
        state = [(zeros, zeros) for _ in range(model.encoder.num_layers)]
        for row in sample:
            advance(model.encoder, row, state)
        value = history.new_zeros(model.head.out_features)
        values = []
        for _ in range(model.horizon):
            value = model.head.weight @ advance(model.decoder, value, state) + model.head.bias
            values.append(value)
        results.append(torch.stack(values))
    return torch.stack(results)


@pytest.mark.parametrize("form", [LSTM, LSTMReference])
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (3, 1), (3, 3)])
def test_both_forms_follow_the_equations(form: type[LSTM], inputs: int, outputs: int) -> None:
    model = form(inputs, outputs, horizon=4, hidden=5, layers=3).double()
    history = torch.randn(3, 6, inputs, dtype=torch.float64)
    with torch.no_grad():
        expected = by_equations(model, history)
    torch.testing.assert_close(model(history), expected, rtol=0, atol=1e-13)


def test_both_forms_start_from_the_same_draws() -> None:
    states = []
    for form in (LSTM, LSTMReference):
        torch.manual_seed(5)
        states.append(form(3, 2, 4, 6, 2).state_dict())
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name])


@pytest.mark.parametrize("size", SIZES)
def test_outputs_and_gradients_are_those_of_the_plain_form(size: str) -> None:
    sizes, (steps, batch) = SIZES[size]
    history = torch.randn(batch, steps, sizes[0], dtype=torch.float64)
    factors = torch.randn(batch, sizes[2], sizes[1], dtype=torch.float64)
    results = []
    for model in pair(*sizes):
        history = history.detach().requires_grad_()
        values = model(history)
        assert values.shape == factors.shape
        results.append([values, *backward(model, (factors * values).sum()), history.grad])
    assert len(results[0]) == 2 + 8 * sizes[4] + 2
    assert_equal(results[0], results[1])


def test_gradcheck() -> None:
    model = LSTM(2, 1, horizon=3, hidden=3, layers=2).double()
    names, values = zip(*model.named_parameters(), strict=True)
    history = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)

    def predict(history: Tensor, *parameters: Tensor) -> Tensor:
        result: Tensor = functional_call(
            model, dict(zip(names, parameters, strict=True)), (history,)
        )
        return result

    assert torch.autograd.gradcheck(predict, (history, *values))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)])
def test_fast_form_trains_like_the_plain_one(dtype: torch.dtype, tolerance: float) -> None:
    """Twenty steps; the batches' sizes change, as at the end of an epoch."""
    history, target = torch.randn(12, 7, 1).to(dtype), torch.rand(12, 6, 1).to(dtype) + 0.5
    results = []
    for model in pair(1, 1, 6, 8, 3):
        model.to(dtype)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
        losses = []
        for step in range(20):
            part = slice(0, 8) if step % 3 else slice(8, 12)
            optimizer.zero_grad()
            loss = functional.huber_loss(model(history[part]), target[part])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.detach())
        with torch.no_grad():
            results.append([torch.stack(losses), model(history), *model.parameters()])
    fast, plain = results
    assert fast[0][-1] < 0.8 * fast[0][1]
    assert_equal(fast, plain, tolerance)


def members(count: int) -> tuple[list[LSTM], dict[str, Tensor], Callable[..., Tensor]]:
    """(models, their stacked parameters, predictions of one member from its parameters)."""
    models = [LSTM(3, 2, 4, 5, 2).double() for _ in range(count)]
    parameters, _ = stack_module_state(models)
    template = LSTM(3, 2, 4, 5, 2).to("meta")

    def predict(parameters: dict[str, Tensor], history: Tensor) -> Tensor:
        result: Tensor = functional_call(template, parameters, (history,))
        return result

    return models, parameters, predict


@pytest.mark.parametrize("broken", [None, 1])
def test_members_in_lockstep_are_the_loop_over_members(broken: int | None) -> None:
    """A member whose weights are NaN disturbs no other."""
    models, parameters, predict = members(3)
    if broken is not None:
        with torch.no_grad():
            for values in parameters.values():
                values[broken] = torch.nan
    history = torch.randn(3, 6, 7, 3, dtype=torch.float64)
    target = torch.randn(3, 6, 4, 2, dtype=torch.float64)
    losses = torch.vmap(lambda p, h, y: functional.huber_loss(predict(p, h), y))(
        parameters, history, target
    )
    losses.sum().backward()  # type: ignore[no-untyped-call]
    for n, model in enumerate(models):
        if n == broken:
            assert losses[n].isnan()
            continue
        loss = functional.huber_loss(model(history[n]), target[n])
        expected = backward(model, loss)
        ours = [values.grad[n] for values in parameters.values() if values.grad is not None]
        assert_equal([losses[n], *ours], [loss, *expected], 1e-10)


def test_members_may_share_the_history() -> None:
    models, parameters, predict = members(2)
    history = torch.randn(6, 7, 3, dtype=torch.float64)
    with torch.no_grad():
        values = torch.vmap(predict, in_dims=(0, None))(parameters, history)
        assert_equal(values, torch.stack([model(history) for model in models]))


def test_forward_passes_may_come_before_their_backward_passes() -> None:
    fast, plain = pair(1, 1, 4, 5, 2)
    first, second = torch.randn(2, 3, 6, 1, dtype=torch.float64)
    results = []
    for model in (fast, plain):
        losses = [model(history).square().sum() for history in (first, second)]
        results.append([backward(model, loss) for loss in losses])
    assert_equal(results[0], results[1])


def test_backward_again_is_right_until_the_next_forward_pass() -> None:
    model, _ = pair(1, 1, 4, 5, 2)
    history = torch.randn(3, 6, 1, dtype=torch.float64)
    loss = model(history).square().sum()
    once = backward(model, loss, retain_graph=True)
    assert_equal(backward(model, loss, retain_graph=True), once, 0)
    model(history)
    with pytest.raises(RuntimeError, match="run forward again"):
        backward(model, loss)


@pytest.mark.parametrize(("steps", "horizon", "layers"), [(6, 4, 1), (9, 7, 3)])
def test_number_of_matrix_products(steps: int, horizon: int, layers: int) -> None:
    """One a cell and a prediction, forward and backward; one for each weight matrix."""
    model = LSTM(1, 1, horizon, 5, layers)
    with Operations() as done:
        model(torch.randn(3, steps, 1)).sum().backward()
    each_way = layers * (steps + horizon) + horizon
    assert sum(done.calls[name] for name in PRODUCTS) == 2 * each_way + 2 * layers + 1


def test_validation_stores_no_activations() -> None:
    elements = []
    for steps in (5, 50):
        model = LSTM(1, 2, steps, 6, 3)
        with Operations() as done, torch.no_grad():
            model(torch.randn(4, steps, 1))
        elements.append(done.elements["new_empty"] - 4 * steps * 2)  # less the predictions
    assert elements[0] == elements[1]


def test_second_step_reuses_the_memory_of_the_first() -> None:
    model, elements = LSTM(1, 1, 20, 6, 3), []
    for _ in range(2):
        with Operations() as done:
            model(torch.randn(4, 20, 1)).sum().backward()
        elements.append(done.elements["new_empty"])
    assert 0 < elements[1] < elements[0] / 20


def test_copies_of_a_model_take_no_activations_along() -> None:
    model = LSTM(1, 1, 50, 4, 1)
    size = len(pickle.dumps(model))
    history = torch.randn(64, 50, 1)
    loss = model(history).sum()
    other = copy.deepcopy(model)
    assert len(pickle.dumps(model)) == size
    expected = backward(other, other(history).sum())
    assert_equal(backward(model, loss), expected, 0)
