"""Mattes against masks: IoU, boundary IoU, mean absolute error, mean squared error."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class MatteScore:
    """One picture's figures, each 0 to 1; nan where nothing is valid."""

    iou: float
    boundary_iou: float
    mae: float
    mse: float


def intersection_over_union(
    prediction: np.ndarray, truth: np.ndarray, valid: np.ndarray | None = None
) -> float:
    """|P ∩ T| / |P ∪ T| of boolean masks (H, W), where ``valid``; both empty: 1.

    >>> a = np.array([[True, True, False]]); b = np.array([[False, True, True]])
    >>> round(intersection_over_union(a, b), 4)
    0.3333
    """
    union, both = prediction | truth, prediction & truth
    if valid is not None:
        union, both = union & valid, both & valid
    total = int(union.sum())
    return float(both.sum() / total) if total else 1.0


def boundary_mask(mask: np.ndarray, width: int) -> np.ndarray:
    """Pixels of a boolean mask (H, W) within ``width`` px of its outline; the picture's border is outline too.

    Cheng et al., "Boundary IoU" (CVPR 2021): the mask minus its erosion by a 3×3 square, ``width`` times.

    >>> int(boundary_mask(np.ones((5, 5), bool), 1).sum())
    16
    """
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    return mask & (eroded == 0)


def score_matte(
    alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray | None = None, *, boundary_share: float = 0.02
) -> MatteScore:
    """Score a matte.

    Args:
        alpha: float (H, W), 0 to 1; over .5 is person for the IoUs.
        truth: float or bool (H, W), 0 to 1.
        valid: bool (H, W); False pixels are left out of everything.
        boundary_share: width of the boundary over the picture's diagonal; 2 % as in the paper, at least 1 px.

    Raises:
        ValueError: the shapes differ.
    """
    if alpha.shape != truth.shape or (valid is not None and valid.shape != truth.shape):
        raise ValueError(f"matte {alpha.shape}, truth {truth.shape}: expected one size")
    width = max(1, round(boundary_share * float(np.hypot(*truth.shape))))
    ours, theirs = alpha > 0.5, truth > 0.5
    difference = alpha.astype(np.float64) - truth
    if valid is not None:
        difference = difference[valid]
    empty = difference.size == 0
    return MatteScore(
        iou=intersection_over_union(ours, theirs, valid),
        boundary_iou=intersection_over_union(boundary_mask(ours, width), boundary_mask(theirs, width), valid),
        mae=float("nan") if empty else float(np.abs(difference).mean()),
        mse=float("nan") if empty else float((difference**2).mean()),
    )
