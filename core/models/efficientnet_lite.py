"""EfficientNet-Lite trunks: MBConv blocks with ReLU6 and no squeeze-and-excite, made for CPUs.

Architecture: Tan & Le, "EfficientNet" (2019), in its Lite variant; written so that published ImageNet
weights fit (TensorFlow's SAME padding, BatchNorm epsilon 1e-3). The expanded width of every block is an
argument: a structurally pruned trunk is the same class with smaller numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BN_EPSILON = 1e-3
BN_MOMENTUM = 0.01


@dataclass(frozen=True)
class BlockSpec:
    """One MBConv block: channels in, expanded, out; kernel; stride."""

    inner: int
    expanded: int
    outer: int
    kernel: int
    stride: int


# (expand ratio, out channels, kernel, stride, repeats) of the seven stages of Lite0, before the head.
_LITE0_STAGES = (
    (1, 16, 3, 1, 1),
    (6, 24, 3, 2, 2),
    (6, 40, 5, 2, 2),
    (6, 80, 3, 2, 3),
    (6, 112, 5, 1, 3),
    (6, 192, 5, 2, 4),
    (6, 320, 3, 1, 1),
)
STEM_CHANNELS = 32
# Indices of the blocks whose outputs are the trunk's features at strides 2, 4, 8, 16, 32.
FEATURE_BLOCKS = (0, 2, 4, 10, 15)
FEATURE_CHANNELS = (16, 24, 40, 112, 320)


def lite0_blocks(expanded: Sequence[int] | None = None) -> list[BlockSpec]:
    """Block table of EfficientNet-Lite0; ``expanded`` (16 numbers) replaces the expanded widths; 0 leaves a block out.

    Raises:
        ValueError: ``expanded`` does not have 16 numbers, or leaves out a block that changes shape.
    """
    specs: list[BlockSpec] = []
    inner = STEM_CHANNELS
    for ratio, outer, kernel, stride, repeats in _LITE0_STAGES:
        for repeat in range(repeats):
            specs.append(BlockSpec(inner, inner * ratio, outer, kernel, stride if repeat == 0 else 1))
            inner = outer
    if expanded is None:
        return specs
    if len(expanded) != len(specs):
        raise ValueError(f"expanded: expected {len(specs)} widths, got {len(expanded)}")
    for index, (spec, width) in enumerate(zip(specs, expanded, strict=True)):
        if width == 0 and (spec.stride, spec.inner) != (1, spec.outer):
            raise ValueError(f"expanded: block {index} changes its input's shape and cannot be left out")
    return [BlockSpec(s.inner, e, s.outer, s.kernel, s.stride) for s, e in zip(specs, expanded, strict=True)]


def _same_pad(x: Tensor, kernel: int, stride: int) -> Tensor:
    """TensorFlow's SAME padding for even inputs: the odd pixel goes right and below."""
    total = kernel - stride
    low = total // 2
    return F.pad(x, (low, total - low, low, total - low)) if total != 2 * low else x


class MBConv(nn.Module):
    """Expand 1×1, depthwise k×k, project 1×1; residual where shapes allow."""

    def __init__(self, spec: BlockSpec) -> None:
        super().__init__()
        self.spec = spec
        # Lite0's first block has no expansion; a pruned one would have, so the rule is the width itself.
        self.expand = (
            nn.Sequential(nn.Conv2d(spec.inner, spec.expanded, 1, bias=False), _bn(spec.expanded), nn.ReLU6())
            if spec.expanded != spec.inner
            else nn.Identity()
        )
        total = spec.kernel - spec.stride
        symmetric = total // 2 if total % 2 == 0 else 0
        self.depthwise = nn.Conv2d(
            spec.expanded,
            spec.expanded,
            spec.kernel,
            spec.stride,
            symmetric,
            groups=spec.expanded,
            bias=False,
        )
        self.depthwise_bn = _bn(spec.expanded)
        self.project = nn.Conv2d(spec.expanded, spec.outer, 1, bias=False)
        self.project_bn = _bn(spec.outer)
        self.residual = spec.stride == 1 and spec.inner == spec.outer
        # For training on a CPU: 1×1 convolutions in bfloat16, the depthwise one (slow there) in float32.
        self.mixed_precision = False

    def forward(self, x: Tensor) -> Tensor:
        if self.mixed_precision:
            return self._forward_mixed(x)
        y = _same_pad(self.expand(x), self.spec.kernel, self.spec.stride)
        y = F.relu6(self.depthwise_bn(self.depthwise(y)))
        y = self.project_bn(self.project(y))
        return x + y if self.residual else y

    def _forward_mixed(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            y = self.expand(x)
        y = _same_pad(y.float(), self.spec.kernel, self.spec.stride)
        y = F.relu6(self.depthwise_bn(self.depthwise(y)))
        with torch.autocast("cpu", torch.bfloat16):
            y = self.project_bn(self.project(y))
        return x + y.float() if self.residual else y.float()


class EfficientNetLite(nn.Module):
    """Trunk without the classifier.

    Input: float (N, 3, H, W), H and W multiples of 32, RGB scaled to −1 … 1.
    Output: five maps at strides 2, 4, 8, 16, 32 with 16, 24, 40, 112, 320 channels.
    """

    def __init__(self, expanded: Sequence[int] | None = None) -> None:
        super().__init__()
        self.expanded = None if expanded is None else list(expanded)
        self.stem = nn.Conv2d(3, STEM_CHANNELS, 3, 2, bias=False)
        self.stem_bn = _bn(STEM_CHANNELS)
        self.blocks = nn.ModuleList(
            MBConv(s) if s.expanded else nn.Identity() for s in lite0_blocks(expanded)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        features = self.early(x, len(self.blocks))
        return features

    def early(self, x: Tensor, blocks: int) -> list[Tensor]:
        """Features of the stem and the first ``blocks`` blocks only."""
        x = F.relu6(self.stem_bn(self.stem(_same_pad(x, 3, 2))))
        return self.late(x, 0, blocks)

    def late(self, x: Tensor, first: int, last: int | None = None) -> list[Tensor]:
        """Features that blocks ``first`` … ``last − 1`` add, given the output of block ``first − 1``."""
        features = []
        for index in range(first, len(self.blocks) if last is None else last):
            x = self.blocks[index](x)
            if index in FEATURE_BLOCKS:
                features.append(x)
        return features


def _bn(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=BN_EPSILON, momentum=BN_MOMENTUM)


def rename_published(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Map the published Lite0 checkpoint's names onto this trunk's; the classifier head is left out."""
    parts = {
        "_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise",
        "_bn1": "depthwise_bn", "_project_conv": "project", "_bn2": "project_bn",
    }  # fmt: skip
    renamed = {}
    for name, value in state.items():
        head, _, tail = name.partition(".")
        if head in ("_conv_stem", "_bn0"):
            renamed[f"{'stem' if head == '_conv_stem' else 'stem_bn'}.{tail}"] = value
        elif head == "_blocks":
            index, part, leaf = tail.split(".")
            renamed[f"blocks.{index}.{parts[part]}.{leaf}"] = value
    return renamed


__all__ = ["FEATURE_CHANNELS", "BlockSpec", "EfficientNetLite", "MBConv", "lite0_blocks", "rename_published"]
