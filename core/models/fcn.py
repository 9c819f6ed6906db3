"""FCN-8s: classify every coarse cell, then sharpen the answer with two shallower ones.

Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic Segmentation" (2015): scores of strides 32
and 16 are enlarged and added to those of stride 8. torchvision's ``FCNHead`` scores the deepest map.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torchvision.models.segmentation.fcn import FCNHead

from core.models.efficientnet_lite import FEATURE_CHANNELS, EfficientNetLite
from core.models.registry import register_model
from core.models.semantic import SemanticNetwork, upsample


@register_model("fcn")
class FCN(SemanticNetwork):
    """See :class:`core.models.semantic.SemanticNetwork`; logits at stride 8."""

    stride = 8

    def __init__(self, classes: int = 19, expanded: Sequence[int] | None = None) -> None:
        super().__init__()
        self.trunk = EfficientNetLite(expanded)
        self.head = FCNHead(FEATURE_CHANNELS[4], classes)
        self.score16 = nn.Conv2d(FEATURE_CHANNELS[3], classes, 1)
        self.score8 = nn.Conv2d(FEATURE_CHANNELS[2], classes, 1)

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        *_, stride8, stride16, stride32 = features
        scores = upsample(self.head(stride32), 2) + self.score16(stride16)
        return upsample(scores, 2) + self.score8(stride8)
