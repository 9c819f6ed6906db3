"""Mask R-CNN on EfficientNet-Lite0 with a narrow feature pyramid: light enough for a CPU.

He et al., "Mask R-CNN" (2017); anchors, proposals, RoIAlign, losses and heads are torchvision's. The network is made so
that its dense part and its heads are graphs of fixed shapes; :mod:`core.instances` has the steps between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead, concat_box_prediction_layers
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from core.instances.design import (
    ANCHOR_RATIOS,
    ANCHOR_SIZES,
    BOX_CELLS,
    BOX_WEIGHTS,
    CANONICAL_LEVEL,
    CANONICAL_SIZE,
    CLASSES,
    MASK_CELLS,
    SAMPLES,
    WIDTH,
    Limits,
)
from core.models.efficientnet_lite import FEATURE_CHANNELS, EfficientNetLite
from core.models.registry import register_model

LEVELS = ("4", "8", "16", "32")  # strides of the maps that boxes are cut from
DEEPEST = "pool"  # stride 64, for proposals only


@register_model("mask_rcnn")
class MaskRCNN(nn.Module):
    """Boxes, classes and masks of the eight things of Cityscapes.

    In evaluation mode the reference for :class:`core.instances.Detector`: torchvision's own way through the parts.

    Args:
        width: channels of the pyramid.
        box_width: of the box head's hidden layers.
        mask_widths: of the mask head's 3×3 convolutions; the last is the upsampling's too.
        expanded: expanded widths of Lite0's 16 blocks (None: unpruned).
    """

    def __init__(
        self,
        width: int = WIDTH,
        box_width: int = 256,
        mask_widths: Sequence[int] = (96, 96),
        expanded: Sequence[int] | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        limits = limits or Limits()
        self.width = width
        self.trunk = EfficientNetLite(expanded)
        self.fpn = FeaturePyramidNetwork(
            list(FEATURE_CHANNELS[1:]), width, LastLevelMaxPool(), norm_layer=nn.BatchNorm2d
        )
        anchors = AnchorGenerator(ANCHOR_SIZES, (ANCHOR_RATIOS,) * len(ANCHOR_SIZES))
        head = RPNHead(width, anchors.num_anchors_per_location()[0])
        numbers = {"training": 2 * limits.per_level, "testing": limits.per_level}
        kept = {"training": 4 * limits.proposals, "testing": limits.proposals}
        self.rpn = RegionProposalNetwork(
            anchors, head, 0.7, 0.3, 256, 0.5, numbers, kept, limits.proposal_overlap
        )
        classes = len(CLASSES) + 1
        # A 5×5 convolution of a 5×5 map is a fully connected layer.
        box_head = nn.Sequential(
            nn.Conv2d(width, width, 3), nn.ReLU(inplace=True),
            nn.Conv2d(width, box_width, BOX_CELLS - 2), nn.ReLU(inplace=True),
            nn.Conv2d(box_width, box_width, 1), nn.ReLU(inplace=True),
        )  # fmt: skip
        for layer in box_head:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        # The thresholds of torchvision's Faster R-CNN; 64 boxes a picture, a quarter of them with things.
        self.roi_heads = RoIHeads(
            _align(BOX_CELLS), box_head, FastRCNNPredictor(box_width, classes),
            0.5, 0.5, 64, 0.25, list(BOX_WEIGHTS), limits.min_score, limits.overlap, limits.boxes,
            _align(MASK_CELLS), MaskRCNNHeads(width, mask_widths, 1),
            MaskRCNNPredictor(mask_widths[-1], mask_widths[-1], classes),
        )  # fmt: skip

    def pyramid(self, features: Sequence[Tensor]) -> dict[str, Tensor]:
        """Maps by stride, and the deepest, from the trunk's five."""
        return self.fpn(dict(zip(LEVELS, features[1:], strict=True)))

    def forward(self, x: Tensor, sizes: Sequence[tuple[int, int]] | None = None) -> list[dict[str, Tensor]]:
        """What pictures show.

        Args:
            x: float (N, 3, H, W), RGB scaled to −1 … 1, H and W multiples of 32.
            sizes: height and width of each without its padding (None: as they are); boxes end there.

        Returns:
            For each: ``boxes`` (n, 4) in px, ``labels`` (n,) 1 … 8, ``scores`` (n,), ``masks`` (n, 1, 28, 28).

        Raises:
            RuntimeError: in training mode; losses are made in ``core.training``.
        """
        if self.training:
            raise RuntimeError("a Mask R-CNN is asked in evaluation mode only")
        shapes = [tuple(x.shape[2:])] * len(x) if sizes is None else list(sizes)
        maps = self.pyramid(self.trunk(x))
        proposals, _ = self.rpn(ImageList(x, shapes), proposing(maps))
        answer, _ = self.roi_heads(maps, proposals, shapes)
        return answer


def proposing(maps: dict[str, Tensor]) -> dict[str, Tensor]:
    """The maps that propose boxes: all but the finest."""
    return {name: m for name, m in maps.items() if name != LEVELS[0]}


def _align(cells: int) -> MultiScaleRoIAlign:
    return MultiScaleRoIAlign(
        list(LEVELS), cells, SAMPLES, canonical_scale=CANONICAL_SIZE, canonical_level=CANONICAL_LEVEL
    )


class Dense(nn.Module):
    """Everything up to the proposals.

    Input: uint8 (1, H, W, 3) RGB.
    Output: the four maps (h, w, C); objectness logits (A,) and box shifts (A, 4) of all anchors, level by level.
    """

    def __init__(self, network: MaskRCNN, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).view(1, 3, 1, 1))

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        x = (picture.permute(0, 3, 1, 2).to(self.mean.dtype) - self.mean) / self.std
        maps = self.network.pyramid(self.network.trunk(x))
        logits, deltas = self.network.rpn.head(list(proposing(maps).values()))
        objectness, moves = concat_box_prediction_layers(logits, deltas)
        return (*(maps[level][0].permute(1, 2, 0) for level in LEVELS), objectness.flatten(), moves)


class BoxPart(nn.Module):
    """The box head. Input: (N, 7, 7, C). Output: probabilities (N, 9), box shifts (N, 36)."""

    def __init__(self, network: MaskRCNN) -> None:
        super().__init__()
        self.head, self.predictor = network.roi_heads.box_head, network.roi_heads.box_predictor

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        logits, deltas = self.predictor(self.head(cells.permute(0, 3, 1, 2)))
        return logits.softmax(dim=1), deltas


class MaskPart(nn.Module):
    """The mask head. Input: (N, 14, 14, C). Output: probabilities (N, 9, 28, 28)."""

    def __init__(self, network: MaskRCNN) -> None:
        super().__init__()
        self.head, self.predictor = network.roi_heads.mask_head, network.roi_heads.mask_predictor

    def forward(self, cells: Tensor) -> tuple[Tensor]:
        return (self.predictor(self.head(cells.permute(0, 3, 1, 2))).sigmoid(),)
