"""Architectures: sizes by hand, fast forms against plain ones, symmetries."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from epochbudget.models.cnn import SimpleCNN
from epochbudget.models.deeponet import DeepONet, DeepONetReference
from epochbudget.models.lstm import LSTM
from epochbudget.models.resnet import resnet
from epochbudget.models.tfonet import TFONet, TFONetReference, sinusoids
from epochbudget.models.vit import ViT
from epochbudget.verification import parameter_counts as by_hand


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def parameters(build: Callable[..., nn.Module], *sizes: int, **options: bool) -> int:
    """Counted on torch's meta device, which allocates and initialises nothing."""
    with torch.device("meta"):
        return sum(p.numel() for p in build(*sizes, **options).parameters())


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (3, 1), (3, 3)])
def test_lstm_size(inputs: int, outputs: int) -> None:
    assert parameters(LSTM, inputs, outputs) == by_hand.lstm(inputs, outputs)


def test_operator_networks_sizes() -> None:
    assert parameters(DeepONet) == by_hand.deeponet()
    assert parameters(DeepONet, train_bias=False) == by_hand.deeponet() - 1
    assert parameters(TFONet) == by_hand.tfonet()


def test_image_networks_sizes() -> None:
    assert parameters(SimpleCNN) == by_hand.cnn()
    assert parameters(ViT) == by_hand.vit()
    assert parameters(resnet) == by_hand.resnet() == 11_173_962
    assert parameters(resnet, 100, 34) == by_hand.resnet((3, 4, 6, 3), classes=100)
    assert parameters(resnet, 10, 50) == by_hand.resnet((3, 4, 6, 3), wide=True)


def test_shapes() -> None:
    u, y, images = torch.rand(3, 7), torch.rand(5), torch.rand(2, 3, 32, 32)
    assert LSTM(3, 2, horizon=4, hidden=6, layers=2)(torch.rand(5, 9, 3)).shape == (5, 4, 2)
    assert DeepONet(7, hidden=8, hidden_layers=1, features=3)(u, y).shape == (3, 5)
    assert TFONet(7, 5, d_model=8, heads=4, feedforward=6, layers=2)(u, y).shape == (3, 5)
    assert SimpleCNN(4, channels=5, blocks=2, hidden=6)(images).shape == (2, 4)
    assert ViT(4, patch=8, dim=12, depth=1, heads=3, mlp_ratio=2)(images).shape == (2, 4)


def test_resnet_keeps_the_resolution_of_small_images() -> None:
    """With 3x3 stem and without max-pool, 32x32 pixels come down to 4x4 before the average."""
    network = resnet(7).eval()
    seen: list[torch.Size] = []
    network.get_submodule("layer4").register_forward_hook(
        lambda module, inputs, output: seen.append(output.shape)
    )
    with torch.no_grad():
        assert network(torch.rand(1, 3, 32, 32)).shape == (1, 7)
    assert seen == [(1, 512, 4, 4)]


def trained(model: nn.Module, u: Tensor, y: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """(losses of 20 AdamW steps, predictions after them)."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = functional.mse_loss(model(u, y), target)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), model(u, y).detach()


FAST_AND_PLAIN: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "DeepONet": (lambda: DeepONet(20, 32, 3, 8), lambda: DeepONetReference(20, 32, 3, 8)),
    "TFONet": (lambda: TFONet(20, 30, 16, 2, 32, 2), lambda: TFONetReference(20, 30, 16, 2, 32, 2)),
}


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("name", FAST_AND_PLAIN)
def test_fast_form_trains_like_the_plain_one(
    name: str, dtype: torch.dtype, tolerance: float
) -> None:
    u, y, target = torch.randn(16, 20), torch.linspace(0, 1, 30), torch.randn(16, 30)
    models, results = [], []
    for build in FAST_AND_PLAIN[name]:
        torch.manual_seed(1)
        models.append(build().to(dtype))
        results.append(trained(models[-1], u.to(dtype), y.to(dtype), target.to(dtype)))
    plain_losses = results[1][0]
    assert plain_losses[-1] < 0.999 * plain_losses[0]
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)
    if dtype == torch.float64:
        # In float32, AdamW scales rounding noise up to steps of the biases of the attention's
        # keys, whose true gradient is zero: they drift apart without any effect.
        for ours, theirs in zip(*(model.parameters() for model in models), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def test_frozen_bias_keeps_its_start_and_the_other_weights_do_not_notice() -> None:
    torch.manual_seed(3)
    free = DeepONet(4, 8, 1, 2)
    torch.manual_seed(3)
    frozen = DeepONet(4, 8, 1, 2, train_bias=False)
    assert free.state_dict().keys() == frozen.state_dict().keys()
    for name, value in free.state_dict().items():
        assert torch.equal(value, frozen.state_dict()[name])
    start = frozen.bias.clone()
    u, y, target = torch.randn(5, 4), torch.rand(6), torch.randn(5, 6)
    trained(free, u, y, target)
    trained(frozen, u, y, target)
    assert torch.equal(frozen.bias, start)
    assert not torch.equal(free.bias.detach(), start)


def test_deeponet_bias_is_a_draw_from_the_normal_distribution() -> None:
    biases = torch.stack([DeepONet(1, 1, 1, 1).bias.detach() for _ in range(400)])
    assert abs(biases.mean()) < 4 / 20
    assert abs(biases.std() - 1) < 4 / 800**0.5


def test_sinusoids() -> None:
    code = sinusoids(7, 6).double()
    for position in range(7):
        for pair in range(3):
            angle = torch.tensor(position / 10_000 ** (2 * pair / 6), dtype=torch.float64)
            assert code[position, 2 * pair] == pytest.approx(angle.sin().item(), abs=1e-6)
            assert code[position, 2 * pair + 1] == pytest.approx(angle.cos().item(), abs=1e-6)


def test_tfonet_knows_positions_by_their_code_alone() -> None:
    model = TFONet(8, 6, 16, 2, 8, 2).double()
    u, y = torch.randn(3, 8).double(), torch.rand(6).double()
    order_u, order_y = torch.randperm(8), torch.randperm(6)
    assert not torch.allclose(model(u[:, order_u], y), model(u, y))
    model.embed_u.code.zero_()
    model.embed_y.code.zero_()
    torch.testing.assert_close(model(u[:, order_u], y), model(u, y))
    torch.testing.assert_close(model(u, y[order_y]), model(u, y)[:, order_y])


def test_vit_knows_patches_by_their_positions_alone() -> None:
    model = ViT(5, patch=8, dim=12, depth=2, heads=3).double()
    images = torch.randn(2, 3, 32, 32).double()
    patches = images.unfold(2, 8, 8).unfold(3, 8, 8).reshape(2, 3, 16, 8, 8)
    order = torch.randperm(16)
    shuffled = patches[:, :, order].reshape(2, 3, 4, 4, 8, 8).transpose(3, 4).reshape(images.shape)
    before = model(images)
    assert not torch.allclose(model(shuffled), before)
    with torch.no_grad():
        model.positions[:, 1:] = model.positions[:, 1:][:, order]
    torch.testing.assert_close(model(shuffled), before)


def test_vit_start() -> None:
    model = ViT()
    for values in (model.class_token, model.positions):
        assert values.abs().max() < 0.15
        assert values.std().item() == pytest.approx(0.02, rel=0.2)
    first, second = (model.get_parameter(f"layers.{n}.linear1.weight") for n in range(2))
    assert not torch.equal(first, second)
