"""3x3 convolution of images of a few pixels as matrix products without the padding."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

LARGEST = 4
"""Height and width in pixels up to which the products beat torch's convolution on the CPU."""

Span = tuple[int, slice]
"""A row of pixels and a range of its columns."""


class SmallConvolution(nn.Conv2d):
    """A 3x3 convolution of stride 1 and padding 1 without bias, fast for small images on the CPU.

    In an image of 4x4 pixels 31 % of the kernel's products meet the padding. For images up to
    `LARGEST` pixels on the CPU they are left out; other images go through `nn.Conv2d`, the plain
    form.

    Args:
        weight: The kernel (outputs, inputs, 3, 3), which the module takes over.
    """

    def __init__(self, weight: nn.Parameter) -> None:
        outputs, inputs = weight.shape[:2]
        super().__init__(inputs, outputs, 3, padding=1, bias=False, device="meta")
        self.weight = weight

    def forward(self, input: Tensor) -> Tensor:
        """Convolve `input` (B, inputs, H, W); gives (B, outputs, H, W)."""
        if input.device.type != "cpu" or max(input.shape[2:]) > LARGEST:
            return super().forward(input)
        result: Tensor = _Products.apply(input, self.weight)  # type: ignore[no-untyped-call]
        return result


class _Products(Function):
    """For every position in the kernel, one product for every row of pixels that it reaches.

    Pixels come first, samples next: a range of a row is then one matrix for all samples.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(images: Tensor, weight: Tensor) -> Tensor:
        pixels, kernel = _pixels_first(images), weight.permute(2, 3, 1, 0)
        result = pixels.new_zeros(*pixels.shape[:3], len(weight))
        for tap, there, here in _meetings(*pixels.shape[:2]):
            result[here].flatten(0, 1).addmm_(pixels[there].flatten(0, 1), kernel[tap])
        return _samples_first(result)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        images, weight = ctx.saved_tensors
        pixels, gradient = _pixels_first(images), _pixels_first(gradients[0])
        of_pixels, of_weight = torch.zeros_like(pixels), torch.zeros_like(weight)
        kernel, of_kernel = (tensor.permute(2, 3, 0, 1) for tensor in (weight, of_weight))
        for tap, there, here in _meetings(*pixels.shape[:2]):
            rows = gradient[here].flatten(0, 1)
            of_pixels[there].flatten(0, 1).addmm_(rows, kernel[tap])
            of_kernel[tap].addmm_(rows.t(), pixels[there].flatten(0, 1))
        return _samples_first(of_pixels), of_weight


def _meetings(height: int, width: int) -> Iterator[tuple[tuple[int, int], Span, Span]]:
    """(position in the kernel, input pixels that it meets, output pixels that they go to)."""
    for tap in product(range(3), range(3)):
        down, right = tap[0] - 1, tap[1] - 1
        first, last = max(0, -right), min(width, width - right)
        for row in range(max(0, -down), min(height, height - down)):
            yield tap, (row + down, slice(first + right, last + right)), (row, slice(first, last))


def _pixels_first(images: Tensor) -> Tensor:
    """As (H, W, B, C)."""
    return images.permute(2, 3, 0, 1).contiguous()


def _samples_first(pixels: Tensor) -> Tensor:
    """As (B, C, H, W), channels innermost in memory."""
    return pixels.permute(2, 0, 1, 3).contiguous().permute(0, 3, 1, 2)
