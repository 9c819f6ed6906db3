"""DeepLabV3+: several dilations look at the same stride-16 map at once; a small decoder restores edges at stride 4.

Chen et al., "Encoder-Decoder with Atrous Separable Convolution" (2018); torchvision's ``ASPP`` is the pyramid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torchvision.models.segmentation.deeplabv3 import ASPP

from core.models.efficientnet_lite import FEATURE_CHANNELS, EfficientNetLite, MBConv
from core.models.registry import register_model
from core.models.semantic import ConvBNReLU, SemanticNetwork, upsample

# Lite0's last two stages: its fifth stride and what follows.
_FIRST_DILATED = 11


def dilate_last_stages(trunk: EfficientNetLite) -> None:
    """Keep stride 16 to the end: the last stride becomes 1 and the blocks after it see twice as far.

    Weights and names stay as they are. As in torchvision, the block that gave up its stride is not dilated.
    """
    for index in range(_FIRST_DILATED, len(trunk.blocks)):
        block: MBConv = trunk.blocks[index]
        dilation = 1 if index == _FIRST_DILATED else 2
        reach = dilation * (block.spec.kernel - 1) + 1
        block.spec = replace(block.spec, kernel=reach, stride=1)
        conv = block.depthwise
        conv.stride, conv.dilation, conv.padding = (1, 1), (dilation, dilation), (reach // 2, reach // 2)


@register_model("deeplab")
class DeepLabV3Plus(SemanticNetwork):
    """See :class:`core.models.semantic.SemanticNetwork`; logits at stride 4.

    Args:
        width: channels of the pyramid.
        rates: dilations of the pyramid at stride 16.
    """

    stride = 4

    def __init__(
        self,
        classes: int = 19,
        width: int = 96,
        rates: Sequence[int] = (6, 12, 18),
        expanded: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.trunk = EfficientNetLite(expanded)
        dilate_last_stages(self.trunk)
        self.pyramid = ASPP(FEATURE_CHANNELS[-1], list(rates), width)
        # torchvision's image pooling normalises one value a picture: with a batch of one that is always zero.
        pooling = self.pyramid.convs[-1]
        pooling[1], pooling[2] = nn.Conv2d(FEATURE_CHANNELS[-1], width, 1), nn.Identity()
        self.low = ConvBNReLU(FEATURE_CHANNELS[1], 32, 1)
        self.mix = nn.Sequential(ConvBNReLU(width + 32, 64), ConvBNReLU(64, 64))
        self.head = nn.Conv2d(64, classes, 1)

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        stride4, deepest = features[1], features[-1]
        x = torch.cat((upsample(self.pyramid(deepest), 4), self.low(stride4)), dim=1)
        return self.head(self.mix(x))
