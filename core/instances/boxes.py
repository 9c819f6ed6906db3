"""Anchors, boxes and their suppression. Boxes are float32 (N, 4): left, top, right, bottom in px of the picture.

Each step is torchvision's (``models/detection``), so that a network trained there is asked here as it was trained.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from core.instances.design import ANCHOR_RATIOS, ANCHOR_SIZES, PROPOSING

# A box may not grow more than this much in one step.
_MOST = math.log(1000 / 16)


@functools.lru_cache(maxsize=16)
def anchors(height: int, width: int) -> tuple[np.ndarray, ...]:
    """Anchors of every proposing map of a picture whose sides are multiples of 32.

    Returns:
        float32 (h · w · A, 4) each: cells row by row, in each cell all sizes of the first ratio, then of the next.
    """
    levels = []
    for stride, sizes in zip(PROPOSING, ANCHOR_SIZES, strict=True):
        tall = np.sqrt(np.array(ANCHOR_RATIOS, np.float32))
        heights = (tall[:, None] * np.array(sizes, np.float32)).ravel()
        widths = ((1 / tall)[:, None] * np.array(sizes, np.float32)).ravel()
        base = np.rint(np.stack([-widths, -heights, widths, heights], axis=1) / 2)
        rows, columns = -(-height // stride), -(-width // stride)
        # torchvision steps by whole px: where the last map's cells do not divide the picture, by a little less.
        y = np.arange(rows, dtype=np.float32) * (height // rows)
        x = np.arange(columns, dtype=np.float32) * (width // columns)
        x, y = (v.ravel() for v in np.meshgrid(x, y))
        shifts = np.stack([x, y, x, y], axis=1)
        levels.append((shifts[:, None] + base[None]).reshape(-1, 4).astype(np.float32))
    return tuple(levels)


def decode(deltas: np.ndarray, boxes: np.ndarray, weights: tuple[float, ...] = (1, 1, 1, 1)) -> np.ndarray:
    """Boxes moved and scaled by a network's answer.

    Args:
        deltas: float32 (N, 4): shifts in box sizes, logarithms of factors; in units of 1 / ``weights``.
        boxes: float32 (N, 4).
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + np.float32(0.5) * sizes
    dx, dw = (
        deltas[:, :2] / np.array(weights[:2], np.float32),
        deltas[:, 2:] / np.array(weights[2:], np.float32),
    )
    centres = dx * sizes + centres
    half = np.float32(0.5) * np.exp(np.minimum(dw, np.float32(_MOST))) * sizes
    return np.concatenate([centres - half, centres + half], axis=1)


def clip(boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Boxes cut at the picture's edges."""
    return np.clip(boxes, 0, np.array([width, height, width, height], np.float32))


def large_enough(boxes: np.ndarray, side: float) -> np.ndarray:
    """bool (N,): both sides are at least ``side`` px."""
    return (boxes[:, 2:] - boxes[:, :2] >= side).all(axis=1)


def suppress(boxes: np.ndarray, scores: np.ndarray, groups: np.ndarray, overlap: float) -> np.ndarray:
    """Non-maximum suppression within every group.

    Args:
        boxes, scores, groups: (N, 4), (N,), (N,).
        overlap: of two boxes whose intersection over union is above, the worse goes.

    Returns:
        Indices of the boxes that stay, best first.

    >>> boxes = np.float32([[0, 0, 10, 10], [1, 0, 10, 10], [50, 0, 60, 10]])
    >>> suppress(boxes, np.float32([0.5, 0.9, 0.7]), np.zeros(3, int), 0.5).tolist()
    [1, 2]
    """
    order = np.argsort(-scores, kind="stable")
    kept = []
    for group in np.unique(groups):
        mine = order[groups[order] == group]
        alive = np.ones(len(mine), bool)
        over = _overlaps(boxes[mine]) > overlap
        for i in range(len(mine)):
            if alive[i]:
                alive[i + 1 :] &= ~over[i, i + 1 :]
        kept.append(mine[alive])
    indices = np.concatenate(kept) if kept else np.zeros(0, int)
    return indices[np.argsort(-scores[indices], kind="stable")]


def _overlaps(boxes: np.ndarray) -> np.ndarray:
    """float32 (N, N): intersection over union of each pair."""
    left, top, right, bottom = boxes.T
    wide = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    tall = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    common = np.maximum(wide, 0) * np.maximum(tall, 0)
    areas = (right - left) * (bottom - top)
    return common / np.maximum(np.add.outer(areas, areas) - common, np.float32(1e-12))
