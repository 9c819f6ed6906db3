"""U-Net for slices of scans: dense convolutions from the input's own size down and back up.

Ronneberger, Fischer & Brox, "U-Net" (2015): two 3×3 convolutions a level, 2×2 maxima between levels on the way down.
The network is small, as it sees a volume slice by slice; its neighbours come as further channels ("2.5D").
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from core.models.registry import register_model
from core.models.semantic import ConvBNReLU
from core.models.unet import Level


@register_model("slice_unet")
class SliceUNet(nn.Module):
    """Logits of every pixel of a slice.

    Input: float (N, channels, H, W), about 0 to 1; H and W multiples of ``multiple``.
    Output: float (N, classes, H, W) logits; the softmax over axis 1 is the probabilities.

    Args:
        channels: the slice and its neighbours, 2·context + 1.
        widths: channels of the levels, from the input's size down.

    Attributes:
        multiple: two to the power of the levels below the first.
    """

    def __init__(
        self, channels: int = 3, classes: int = 2, widths: Sequence[int] = (16, 32, 64, 128, 256)
    ) -> None:
        super().__init__()
        if len(widths) < 2:
            raise ValueError(f"widths: expected 2 levels or more, got {len(widths)}")
        inner = (channels, *widths[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(ConvBNReLU(i, o), ConvBNReLU(o, o)) for i, o in zip(inner, widths, strict=True)
        )
        self.up = nn.ModuleList(Level(lower, upper, upper) for lower, upper in pairwise(reversed(widths)))
        self.head = nn.Conv2d(widths[0], classes, 1)
        self.multiple = 2 ** (len(widths) - 1)

    def forward(self, x: Tensor) -> Tensor:
        features = []
        for level, convs in enumerate(self.down):
            x = convs(F.max_pool2d(x, 2) if level else x)
            features.append(x)
        x = features.pop()
        for level in self.up:
            x = level(x, features.pop())
        return self.head(x)


class Probabilities(nn.Module):
    """A network of logits that answers with probabilities, in a tuple: what gets compiled."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor]:
        return (self.network(x).softmax(dim=1),)
