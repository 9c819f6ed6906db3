"""A U-Net for mattes: an EfficientNet-Lite trunk and a slim decoder of dense 3×3 convolutions.

Ronneberger et al., "U-Net" (2015), for the shape; the decoder's last step is a sub-pixel convolution
(Shi et al. 2016), so that nothing wider than one channel is ever computed at full resolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.efficientnet_lite import FEATURE_CHANNELS, EfficientNetLite
from core.models.registry import register_model


class _ConvBNReLU(nn.Sequential):
    def __init__(self, inner: int, outer: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inner, outer, kernel, stride, (kernel - stride + 1) // 2, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(inplace=True),
        )


class _Up(nn.Module):
    """Upsample ×2, join the trunk's feature of that stride, mix with one dense 3×3."""

    def __init__(self, inner: int, skip: int, outer: int) -> None:
        super().__init__()
        self.squeeze = _ConvBNReLU(inner, outer, 1)
        self.lateral = _ConvBNReLU(skip, outer, 1)
        self.mix = _ConvBNReLU(2 * outer, outer, 3)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = F.interpolate(self.squeeze(x), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.mix(torch.cat((x, self.lateral(skip)), dim=1))


@register_model("matte_unet")
class MatteUNet(nn.Module):
    """Matte logits of one class.

    Input: float (N, 3, H, W), RGB scaled to −1 … 1, H and W multiples of 32.
    Output: float (N, 1, H, W) logits; the sigmoid is the alpha.

    Args:
        decoder: channels of the decoder at strides 32, 16, 8, 4, 2.
            Four widths (strides 32 to 4) end there: sixteen sub-pixels a cell, which see stride 2 through one
            strided convolution. At stride 2 itself a small network would spend a fifth of its time.
        expanded: expanded widths of the trunk's 16 blocks (None: EfficientNet-Lite0 unpruned).
    """

    def __init__(
        self, decoder: Sequence[int] = (96, 64, 48, 32, 16), expanded: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        if len(decoder) not in (4, 5):
            raise ValueError(f"decoder: expected 4 or 5 widths (strides 32 to 4 or 2), got {len(decoder)}")
        self.trunk = EfficientNetLite(expanded)
        deepest = decoder[0]
        self.bridge = _ConvBNReLU(FEATURE_CHANNELS[-1], deepest, 1)
        # What the whole picture says (a room? a street?) added everywhere: keeps empty rooms empty.
        self.context = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(deepest, deepest, 1))
        skips = FEATURE_CHANNELS[-2::-1]
        self.ups = nn.ModuleList(
            _Up(inner, skip, outer)
            for inner, skip, outer in zip(decoder[:-1], skips[: len(decoder) - 1], decoder[1:], strict=True)
        )
        last, self.detail = decoder[-1], None
        if len(decoder) == 4:
            self.detail = _ConvBNReLU(FEATURE_CHANNELS[0], last, 4, stride=2)
            self.head = nn.Conv2d(2 * last, 16, 3, padding=1)
        else:
            self.head = nn.Conv2d(last, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.trunk(x))

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        """Logits from the trunk's five features."""
        *skips, deepest = features
        x = self.bridge(deepest)
        x = x + self.context(x)
        for up, skip in zip(self.ups, reversed(skips), strict=False):
            x = up(x, skip)
        if self.detail is None:
            return F.pixel_shuffle(self.head(x), 2)
        x = torch.cat((x, self.detail(skips[0])), dim=1)
        return F.pixel_shuffle(self.head(x), 4)

    @torch.no_grad()
    def join_linear(self) -> MatteUNet:
        """Make one 1×1 convolution of the trunk's last and the bridge's, between which nothing is but a scaling.

        For answers, not for training: changes the network in place, in evaluation mode, and its answers by no more than
        rounding. Saves a twentieth of the time of a small network.
        """
        block, (bridge, norm, _) = self.trunk.blocks[-1], self.bridge
        project, scaling = block.project, block.project_bn
        scale = scaling.weight / (scaling.running_var + scaling.eps).sqrt()
        shift = scaling.bias - scale * scaling.running_mean
        outer = bridge.weight.flatten(1)
        joined = nn.Conv2d(project.in_channels, bridge.out_channels, 1, bias=False)
        joined.weight.copy_(((outer * scale) @ project.weight.flatten(1))[..., None, None])
        norm.running_mean -= outer @ shift
        block.project, block.project_bn, self.bridge[0] = joined, nn.Identity(), nn.Identity()
        return self
