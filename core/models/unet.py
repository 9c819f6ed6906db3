"""U-Net: a path down, a path up, and at every stride the path up sees what the path down saw.

Ronneberger, Fischer & Brox, "U-Net" (2015), with EfficientNet-Lite0 as the path down; two 3×3 convolutions a level.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.models.efficientnet_lite import FEATURE_CHANNELS, EfficientNetLite
from core.models.registry import register_model
from core.models.semantic import ConvBNReLU, SemanticNetwork, upsample


class Level(nn.Module):
    """Upsample ×2, concatenate the trunk's map, two 3×3 convolutions."""

    def __init__(self, inner: int, skip: int, outer: int) -> None:
        super().__init__()
        # Narrowed before it is enlarged: the original's 2×2 up-convolution halves the channels too.
        self.narrow = ConvBNReLU(inner, outer, 1)
        self.convs = nn.Sequential(ConvBNReLU(outer + skip, outer), ConvBNReLU(outer, outer))

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.convs(torch.cat((upsample(self.narrow(x), 2), skip), dim=1))


@register_model("unet")
class UNet(SemanticNetwork):
    """See :class:`core.models.semantic.SemanticNetwork`; logits at stride 2.

    Args:
        decoder: widths of the path up at strides 16, 8, 4, 2.
    """

    stride = 2

    def __init__(
        self,
        classes: int = 19,
        decoder: Sequence[int] = (128, 96, 64, 32),
        expanded: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if len(decoder) != 4:
            raise ValueError(f"decoder: expected 4 widths (strides 16 to 2), got {len(decoder)}")
        self.trunk = EfficientNetLite(expanded)
        inner = (FEATURE_CHANNELS[-1], *decoder[:-1])
        skips = FEATURE_CHANNELS[-2::-1]
        self.levels = nn.ModuleList(Level(i, s, o) for i, s, o in zip(inner, skips, decoder, strict=True))
        self.head = nn.Conv2d(decoder[-1], classes, 1)

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        *skips, x = features
        for level, skip in zip(self.levels, reversed(skips), strict=True):
            x = level(x, skip)
        return self.head(x)
