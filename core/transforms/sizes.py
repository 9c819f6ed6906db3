"""The size at which a network sees a frame, and the way there."""

from __future__ import annotations

import functools

import cv2
import numpy as np


@functools.lru_cache(maxsize=256)
def fit_size(
    height: int, width: int, area: int, multiple: int, aspect_weight: float = 1.0
) -> tuple[int, int]:
    """Network size (h, w) for a frame: about ``area`` px, sides multiples of ``multiple``, nearest aspect.

    ``aspect_weight``: what a distorted aspect costs, relative to lost resolution.

    >>> fit_size(480, 640, 384 * 288, 32)
    (288, 384)
    """
    # Beyond 3:1 the short side would vanish; such frames are squeezed.
    aspect = min(max(width / height, 1 / 3), 3.0)
    best, best_cost = (multiple, multiple), float("inf")
    for rows in range(1, 4 * int(area**0.5) // multiple + 2):
        for columns in range(1, 4 * int(area**0.5) // multiple + 2):
            h, w = rows * multiple, columns * multiple
            if h * w > 1.1 * area:
                break
            cost = aspect_weight * abs(np.log(w / h / aspect)) + 0.5 * abs(np.log(h * w / area))
            if cost < best_cost:
                best, best_cost = (h, w), cost
    return best


@functools.lru_cache(maxsize=256)
def letterbox_size(height: int, width: int, area: int, multiple: int) -> tuple[int, int]:
    """Size (h, w) of a frame for the network: its own aspect, as large as ``area`` px allow.

    Padded to multiples of ``multiple`` it still has at most 5 % more pixels than ``area``.

    >>> letterbox_size(480, 640, 576 * 288, 32), letterbox_size(512, 1024, 576 * 288, 32)
    ((352, 469), (288, 576))
    """
    cells = max(1, int(1.05 * area / multiple**2))
    scale = max(min(n * multiple / height, cells // n * multiple / width) for n in range(1, cells + 1))
    return max(1, round(height * scale)), max(1, round(width * scale))


def shrink(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a frame to (height, width) without aliasing.

    Halvings average exact 2×2 squares (pairs, where only one side is more than twice as large), then one bilinear
    step of at most 2: ten times as fast as an area resize by a fraction, which leaves OpenCV's fast path (1.3 ms
    for 640×480 to 224×160, against 0.1).
    """
    while True:
        tall, wide = frame.shape[0] >= 2 * height, frame.shape[1] >= 2 * width
        if not (tall and wide):
            # One side by itself only beyond 2: up to there the bilinear step leaves no pixel out.
            tall, wide = frame.shape[0] > 2 * height, frame.shape[1] > 2 * width
        if not (tall or wide):
            break
        rows, columns = frame.shape[0] >> tall, frame.shape[1] >> wide
        even = frame[: rows << tall, : columns << wide]
        frame = cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA)
    if frame.shape[:2] == (height, width):
        return np.ascontiguousarray(frame)
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)
