"""RoIAlign in numpy: what lies under a box, resampled to a fixed number of cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.instances.design import CANONICAL_LEVEL, CANONICAL_SIZE, PYRAMID, SAMPLES


def levels_of(boxes: np.ndarray) -> np.ndarray:
    """int (N,): from which map of the pyramid each box is cut; large boxes from coarse maps."""
    sizes = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    with np.errstate(divide="ignore"):
        level = np.floor(CANONICAL_LEVEL + np.log2(sizes / np.float32(CANONICAL_SIZE)) + np.float32(1e-6))
    first = int(np.log2(PYRAMID[0]))
    return np.clip(level, first, first + len(PYRAMID) - 1).astype(int) - first


def cut_out(maps: Sequence[np.ndarray], boxes: np.ndarray, cells: int) -> np.ndarray:
    """He et al., "Mask R-CNN" (2017), RoIAlign as ``torchvision.ops.MultiScaleRoIAlign`` does it.

    Bilinear sampling is separable: the mean over a cell's points is one small matrix for the rows and one for the
    columns, and a box is two matrix products. 128 boxes of 7 × 7 cells take about 5 ms.

    Args:
        maps: float32 (h, w, C) of every stride of ``PYRAMID``.
        boxes: float32 (N, 4), px of the picture.

    Returns:
        float32 (N, cells, cells, C).
    """
    channels = maps[0].shape[2]
    out = np.empty((len(boxes), cells, cells, channels), np.float32)
    levels = levels_of(boxes)
    for level in np.unique(levels):
        features, mine = maps[level], np.flatnonzero(levels == level)
        scaled = boxes[mine] * np.float32(1 / PYRAMID[level])
        rows = _weights(scaled[:, 1], scaled[:, 3], cells, features.shape[0])
        columns = _weights(scaled[:, 0], scaled[:, 2], cells, features.shape[1])
        for index, (top, down), (left, across) in zip(mine, rows, columns, strict=True):
            h, w = down.shape[1], across.shape[1]
            part = np.ascontiguousarray(features[top : top + h, left : left + w]).reshape(h, w * channels)
            out[index] = across @ (down @ part).reshape(cells, w, channels)
    return out


def _weights(starts: np.ndarray, ends: np.ndarray, cells: int, length: int) -> list[tuple[int, np.ndarray]]:
    """For every box the first row (or column) that it needs, and float32 (cells, rows): what each cell takes of each."""
    sides = np.maximum(ends - starts, np.float32(1))
    steps = (np.arange(cells * SAMPLES, dtype=np.float32) + np.float32(0.5)) / np.float32(SAMPLES)
    points = starts[:, None] + sides[:, None] / np.float32(cells) * steps
    outside = (points < -1) | (points > length)
    points = np.clip(points, 0, length - 1)
    low = np.minimum(points.astype(int), length - 1)
    share = points - low.astype(np.float32)
    high = np.minimum(low + 1, length - 1)
    part = np.where(outside, np.float32(0), np.float32(1 / SAMPLES))
    cell = np.repeat(np.arange(cells), SAMPLES)
    answer = []
    for i in range(len(starts)):
        first = int(low[i].min())
        matrix = np.zeros((cells, int(high[i].max()) - first + 1), np.float32)
        np.add.at(matrix, (cell, low[i] - first), part[i] * (1 - share[i]))
        np.add.at(matrix, (cell, high[i] - first), part[i] * share[i])
        answer.append((first, matrix))
    return answer
