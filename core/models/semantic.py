"""What the semantic networks share: a trunk, a head at some stride, logits brought back to the input's size."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn


class ConvBNReLU(nn.Sequential):
    """Dense convolution that keeps the size, BatchNorm, ReLU."""

    def __init__(self, inner: int, outer: int, kernel: int = 3) -> None:
        super().__init__(
            nn.Conv2d(inner, outer, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(inplace=True),
        )


def upsample(x: Tensor, factor: int) -> Tensor:
    """Bilinear, pixel squares aligned (not their centres)."""
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear", align_corners=False)


class SemanticNetwork(nn.Module):
    """Base of the semantic networks: ``trunk`` and, in every subclass, ``decode``.

    Input: float (N, 3, H, W), RGB scaled to −1 … 1, H and W multiples of 32.
    Output: float (N, classes, H, W) logits; the softmax over axis 1 is the probabilities.

    Attributes:
        stride: of the logits that ``decode`` gives. Training compares, and engines take the argmax, nearer to
            this stride than at full size, where 19 maps of floats cost more than the network.
    """

    trunk: nn.Module
    stride: int

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        """Logits (N, classes, H/stride, W/stride) from the trunk's features."""
        raise NotImplementedError

    def coarse(self, x: Tensor) -> Tensor:
        """Logits at ``stride``."""
        return self.decode(self.trunk(x))

    def forward(self, x: Tensor) -> Tensor:
        return upsample(self.coarse(x), self.stride)


class Coarse(nn.Module):
    """A semantic network that answers with its logits at ``stride``: what gets compiled."""

    def __init__(self, network: SemanticNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network.coarse(x)
