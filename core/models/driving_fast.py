"""The network of ``driving-fast``: a SwiftNet on EfficientNet-Lite0 whose first layers were made dense.

Oršić et al., "In Defense of Pre-trained ImageNet Architectures for Real-time Semantic Segmentation" (2019), for
the shape: an ImageNet trunk, pyramid pooling of the deepest map, and one upsampling path of sums and single
3×3 convolutions. On a CPU half of Lite0's time goes into its stem and first three blocks (wide depthwise maps
at strides 2 and 4, bound by memory); four dense convolutions take their place in a quarter of that time, and
learn the same features from them (``core.training.driving stem``) before anything else is trained.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.efficientnet_lite import FEATURE_BLOCKS, FEATURE_CHANNELS, EfficientNetLite
from core.models.registry import register_model
from core.models.semantic import ConvBNReLU, SemanticNetwork, upsample

# The blocks of Lite0 that the dense stem stands for, and their output: stride 4.
REPLACED_BLOCKS = 3
STEM_OUT = FEATURE_CHANNELS[1]


class DenseStem(nn.Module):
    """float (N, 3, H, W) → (N, 24, H/4, W/4), as Lite0's stem and first three blocks answer.

    The strided convolutions pad below and to the right only, as those do: else the features would be shifted.
    """

    def __init__(self, widths: Sequence[int] = (16, 32)) -> None:
        super().__init__()
        first, second = widths
        self.conv1 = nn.Conv2d(3, first, 3, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, 3, 2, bias=False)
        self.bn2 = nn.BatchNorm2d(second)
        self.mix = ConvBNReLU(second, second)
        self.project = nn.Conv2d(2 * second, STEM_OUT, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(F.pad(x, (0, 1, 0, 1)))))
        x = F.relu(self.bn2(self.conv2(F.pad(x, (0, 1, 0, 1)))))
        return self.project(torch.cat((x, self.mix(x)), dim=1))


class FastTrunk(nn.Module):
    """Maps at strides 4, 8, 16, 32 with 24, 40, 112, 320 channels."""

    def __init__(self, stem: Sequence[int], expanded: Sequence[int] | None) -> None:
        super().__init__()
        self.stem = DenseStem(stem)
        whole = EfficientNetLite(expanded)
        self.blocks = whole.blocks[REPLACED_BLOCKS:]

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.late(self.stem(x))

    def late(self, x: Tensor) -> list[Tensor]:
        """All four maps, given the stem's answer."""
        features = [x]
        for index, block in enumerate(self.blocks, REPLACED_BLOCKS):
            x = block(x)
            if index in FEATURE_BLOCKS:
                features.append(x)
        return features


@functools.lru_cache(maxsize=64)
def averages(count: int, cells: int) -> tuple[tuple[float, ...], ...]:
    """Rows of weights that make ``cells`` means of ``count`` numbers, as adaptive average pooling takes them.

    >>> averages(3, 2)
    ((0.5, 0.5, 0.0), (0.0, 0.5, 0.5))
    """
    windows = ((cell * count // cells, -(-(cell + 1) * count // cells)) for cell in range(cells))
    return tuple(
        tuple(1 / (end - start) if start <= i < end else 0.0 for i in range(count)) for start, end in windows
    )


def pool(x: Tensor, grid: tuple[int, int]) -> Tensor:
    """(N, C, H, W) → (N, C, *grid), means of cells.

    ``F.adaptive_avg_pool2d`` by two products: Apple's GPU has that one only for sides that are multiples of the
    grid.
    """
    rows, columns = (
        x.new_tensor(averages(int(n), cells)) for n, cells in zip(x.shape[2:], grid, strict=True)
    )
    return rows @ x @ columns.T


class PyramidPooling(nn.Module):
    """What whole regions of the picture say, added to every place: grids of 1, 2 and 4 cells of the longer side."""

    def __init__(
        self, inner: int, width: int, grids: Sequence[tuple[int, int]] = ((1, 1), (1, 2), (2, 4))
    ) -> None:
        super().__init__()
        self.grids = tuple(grids)
        self.enter = ConvBNReLU(inner, width, 1)
        # No BatchNorm: one cell of one picture has no statistics.
        self.cells = nn.ModuleList(nn.Conv2d(width, width // 4, 1) for _ in self.grids)
        self.leave = ConvBNReLU(width + len(self.grids) * (width // 4), width, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        maps = [x]
        for grid, conv in zip(self.grids, self.cells, strict=True):
            pooled = conv(pool(x, grid))
            maps.append(F.interpolate(pooled, x.shape[2:], mode="bilinear", align_corners=False))
        return self.leave(torch.cat(maps, dim=1))


class _Up(nn.Module):
    """Upsample ×2, add the trunk's map of that stride, blend with one dense 3×3."""

    def __init__(self, skip: int, inner: int, outer: int) -> None:
        super().__init__()
        self.lateral = nn.Conv2d(skip, inner, 1)
        self.blend = ConvBNReLU(inner, outer)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return self.blend(upsample(x, 2) + self.lateral(skip))


@register_model("driving_fast")
class DrivingFast(SemanticNetwork):
    """See :class:`core.models.semantic.SemanticNetwork`; logits at stride 4.

    Args:
        classes: of the answer.
        widths: of the path at strides 32, 16, 8, 4.
        stem: widths of the dense stem at strides 2 and 4.
        expanded: expanded widths of Lite0's 16 blocks (the first three are not used; None: unpruned).
    """

    stride = 4

    def __init__(
        self,
        classes: int = 19,
        widths: Sequence[int] = (96, 64, 48, 32),
        stem: Sequence[int] = (16, 32),
        expanded: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if len(widths) != 4:
            raise ValueError(f"widths: expected 4 (strides 32 to 4), got {len(widths)}")
        self.trunk = FastTrunk(stem, expanded)
        self.context = PyramidPooling(FEATURE_CHANNELS[-1], widths[0])
        skips = (FEATURE_CHANNELS[3], FEATURE_CHANNELS[2], STEM_OUT)
        self.ups = nn.ModuleList(
            _Up(skip, inner, outer) for skip, inner, outer in zip(skips, widths[:-1], widths[1:], strict=True)
        )
        self.head = nn.Conv2d(widths[-1], classes, 1)

    def decode(self, features: Sequence[Tensor]) -> Tensor:
        *skips, deepest = features
        x = self.context(deepest)
        for up, skip in zip(self.ups, reversed(skips), strict=True):
            x = up(x, skip)
        return self.head(x)
