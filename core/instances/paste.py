"""Small masks of boxes, brought to a frame."""

from __future__ import annotations

import cv2
import numpy as np


def paste(
    masks: np.ndarray, boxes: np.ndarray, height: int, width: int, threshold: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Masks at a frame's size, as torchvision's ``paste_masks_in_image`` and a threshold give them.

    A mask without a pixel is left out. Memory is taken only where the others have pixels.

    Args:
        masks: float32 (N, m, m), probabilities.
        boxes: float32 (N, 4), px of the frame.

    Returns:
        bool (K, height, width), and int (K,): which of the N they are, in their order.
    """
    whole = np.zeros((len(masks), height, width), bool)
    size = masks.shape[-1]
    kept: list[int] = []
    # A ring of zeros lets an outline end within the box.
    grown = (size + 2) / size
    for i, (mask, box) in enumerate(zip(masks, boxes, strict=True)):
        centre = (box[:2] + box[2:]) * np.float32(0.5)
        half = (box[2:] - box[:2]) * np.float32(0.5 * grown)
        left, top = (int(v) for v in centre - half)
        right, bottom = (int(v) for v in centre + half)
        w, h = max(right - left + 1, 1), max(bottom - top + 1, 1)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(right + 1, width), min(bottom + 1, height)
        if x0 >= x1 or y0 >= y1:
            continue
        ringed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        large = cv2.resize(ringed, (w, h), interpolation=cv2.INTER_LINEAR)
        part = large[y0 - top : y1 - top, x0 - left : x1 - left] > threshold
        if part.any():
            whole[len(kept), y0:y1, x0:x1] = part
            kept.append(i)
    return whole[: len(kept)], np.array(kept, int)
