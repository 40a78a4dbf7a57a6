"""Fast forms of the image models against the plain ones: training, layouts, work."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import conv2d, cross_entropy
from torch.utils.flop_counter import FlopCounterMode

from epochbudget.models.cnn import SLICE, SimpleCNN, SimpleCNNReference
from epochbudget.models.layers.small_convolution import LARGEST, SmallConvolution, _meetings
from epochbudget.models.resnet import resnet, resnet_reference
from epochbudget.models.vit import ViT, ViTReference
from epochbudget.tasks.problems.images import in_channels_last

Build = Callable[[], nn.Module]


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def small_network(convolution: Callable[[nn.Parameter], nn.Module]) -> nn.Module:
    """Two convolutions, as in the last stage of the ResNet, on 4x4 pixels."""
    first, second = nn.Conv2d(3, 6, 3, bias=False), nn.Conv2d(6, 5, 3, bias=False)
    return nn.Sequential(
        nn.AvgPool2d(8),
        convolution(first.weight),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        convolution(second.weight),
        nn.Flatten(),
        nn.Linear(5 * 16, 4),
    )


def plain_convolution(weight: nn.Parameter) -> nn.Module:
    outputs, inputs = weight.shape[:2]
    # On torch's meta device, which draws nothing.
    layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False, device="meta")
    layer.weight = weight
    return layer


FORMS: dict[str, tuple[Build, Build]] = {
    "CNN": (
        lambda: SimpleCNN(4, channels=4, blocks=2, hidden=6),
        lambda: SimpleCNNReference(4, channels=4, blocks=2, hidden=6),
    ),
    "ViT": (
        lambda: ViT(4, patch=8, dim=12, depth=2, heads=3),
        lambda: ViTReference(4, patch=8, dim=12, depth=2, heads=3),
    ),
    "ViT of one layer": (
        lambda: ViT(4, patch=16, dim=8, depth=1, heads=2),
        lambda: ViTReference(4, patch=16, dim=8, depth=1, heads=2),
    ),
    "convolution": (
        lambda: small_network(SmallConvolution),
        lambda: small_network(plain_convolution),
    ),
}


def trained(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
    """(losses of 20 AdamW steps, parameters after them)."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = cross_entropy(model(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), *(p.detach() for p in model.parameters())


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("name", FORMS)
def test_fast_form_trains_like_the_plain_one(
    name: str, channels_last: bool, dtype: torch.dtype, tolerance: float
) -> None:
    images, labels = torch.randn(SLICE + 4, 3, 32, 32).to(dtype), torch.arange(SLICE + 4) % 4
    results = []
    for build, innermost in zip(FORMS[name], (channels_last, False), strict=True):
        torch.manual_seed(1)
        model, inputs = build().to(dtype), images
        if innermost:
            in_channels_last(model)
            inputs = images.contiguous(memory_format=torch.channels_last)
        results.append(trained(model, inputs, labels))
    ours, theirs = results
    assert theirs[0][-1] < 0.99 * theirs[0][0]
    # In float32, AdamW scales rounding noise up to steps where the true gradient is zero.
    compared = len(ours) if dtype == torch.float64 else 1
    for mine, plain in zip(ours[:compared], theirs[:compared], strict=True):
        torch.testing.assert_close(mine, plain, rtol=tolerance, atol=tolerance)


def test_pooling_before_relu_changes_nothing() -> None:
    """Within one slice, outputs and gradients are the same to the last bit."""
    images = torch.randn(3, 3, 32, 32)
    results = []
    for form in (SimpleCNN, SimpleCNNReference):
        torch.manual_seed(1)
        model = form(channels=4, hidden=8)
        scores = model(images)
        gradients = torch.autograd.grad(scores.square().sum(), list(model.parameters()))
        results.append([scores, *gradients])
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*results, strict=True))


def test_resnet_is_the_plain_one() -> None:
    """Names, draws, outputs and gradients, with 4x4 pixels in the last stage."""
    images, labels = torch.randn(2, 3, 32, 32).double(), torch.tensor([0, 2])
    models, results = [], []
    for build in (resnet, resnet_reference):
        torch.manual_seed(1)
        models.append(build(3).double())
        scores = models[-1](images)
        gradients = torch.autograd.grad(
            cross_entropy(scores, labels), list(models[-1].parameters())
        )
        results.append([scores, *gradients])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
    names, plain_names = ([name for name, _ in model.named_parameters()] for model in models)
    assert names == plain_names
    replaced = [
        name for name, layer in models[0].named_modules() if isinstance(layer, SmallConvolution)
    ]
    assert replaced == ["layer4.0.conv2", "layer4.1.conv1", "layer4.1.conv2"]


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 2), (3, 4), (4, 4)])
def test_small_convolution_by_finite_differences(size: tuple[int, int]) -> None:
    layer = SmallConvolution(nn.Parameter(torch.randn(3, 2, 3, 3).double()))
    images = torch.randn(2, 2, *size).double().requires_grad_()
    expected = conv2d(images, layer.weight, padding=1)
    torch.testing.assert_close(layer(images), expected, rtol=0, atol=1e-12)
    assert torch.autograd.gradcheck(
        lambda images, weight: functional_call(layer, {"weight": weight}, (images,)),
        (images, layer.weight),
    )


def test_small_convolution_under_vmap_is_the_loop() -> None:
    layers: list[nn.Module] = [
        SmallConvolution(nn.Parameter(torch.randn(3, 2, 3, 3).double())) for _ in range(2)
    ]
    images = torch.randn(2, 5, 2, 4, 4).double()
    stacked, _ = stack_module_state(layers)
    results = vmap(lambda weights, images: functional_call(layers[0], weights, (images,)))(
        stacked, images
    )
    (gradients,) = torch.autograd.grad(results.square().sum(), list(stacked.values()))
    for number, layer in enumerate(layers):
        single = layer(images[number])
        torch.testing.assert_close(results[number], single, rtol=0, atol=1e-12)
        (gradient,) = torch.autograd.grad(single.square().sum(), list(layer.parameters()))
        torch.testing.assert_close(gradients[number], gradient, rtol=0, atol=1e-12)


def test_larger_images_take_the_plain_convolution() -> None:
    layer = SmallConvolution(nn.Parameter(torch.randn(3, 2, 3, 3)))
    images = torch.randn(2, 2, LARGEST + 1, 2)
    assert torch.equal(layer(images), conv2d(images, layer.weight, padding=1))


def test_products_leave_the_padding_out() -> None:
    """Of the 144 pixels that the kernel meets in a padded 4x4 image, 100 are in the image."""
    reached = [range(*there[1].indices(4)) for _, there, _ in _meetings(4, 4)]
    assert sum(map(len, reached)) == 100


def flops(work: Callable[[], Tensor]) -> int:
    """Of `work`'s matrix products and convolutions, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        work().sum().backward()  # type: ignore[no-untyped-call]
    return counter.get_total_flops()


def test_last_layer_of_the_vit_computes_the_class_token_alone() -> None:
    dim, tokens, images = 12, 17, torch.randn(2, 3, 32, 32)
    ours, theirs = (
        flops(lambda form=form: form(4, patch=8, dim=dim, depth=2, heads=3)(images))
        for form in (ViT, ViTReference)
    )
    # Queries, output and 2 x 4 of the feed-forward part: 10 products of dim x dim, of 12; each
    # with one product forward and two backward.
    assert theirs - ours >= 3 * 10 * 2 * dim**2 * 2 * (tokens - 1)
