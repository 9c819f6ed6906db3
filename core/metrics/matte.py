"""Mattes against masks: IoU, boundary IoU, mean absolute error, mean squared error, gradient error."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np


@dataclass(frozen=True)
class MatteScore:
    """One picture's figures, each 0 to 1 but ``gradient``; nan where nothing is valid.

    Attributes:
        iou, boundary_iou: of alpha over .5. Boundary IoU (Cheng et al. 2021) is the IoU of both masks'
            :func:`boundary_mask`, as wide as 2 % of the picture's diagonal, rounded, at least 1 px: the authors' number.
            Beyond the authors: pixels may be invalid, and two empty boundaries give 1 (theirs: 0 / 0). Not theirs is
            the min(IoU, boundary IoU) of their COCO evaluation.
        mae, mse: mean of |α − α*| and of (α − α*)².
        gradient: Σ (|∇α| − |∇α*|)² / 1000, see :func:`gradient_error`.
    """

    iou: float
    boundary_iou: float
    mae: float
    mse: float
    gradient: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


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

    Cheng et al., "Boundary IoU" (CVPR 2021), as in the authors' ``mask_to_boundary``: the mask minus its erosion by a
    3×3 square, ``width`` times, so that distances are chessboard distances.

    >>> int(boundary_mask(np.ones((5, 5), bool), 1).sum())
    16
    """
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    return mask & (eroded == 0)


def gradient_error(
    alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray | None = None, sigma: float = 1.4
) -> float:
    """Σ (|∇α| − |∇α*|)² / 1000 over valid pixels; nothing valid: nan.

    Rhemann et al., "A Perceptually Motivated Online Benchmark for Image Matting" (CVPR 2009), exponent 2: gradients by
    first derivatives of a Gaussian whose 2-D kernel has norm 1, borders repeated. The benchmark stretches every matte
    to 0 … 1 first; here values are taken as they are, which is the same for mattes that reach both.

    >>> step = np.zeros((9, 9)); step[:, 5:] = 1
    >>> round(gradient_error(step, np.zeros((9, 9))), 4)
    0.1763
    """
    half = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * 0.01)))
    x = np.arange(-half, half + 1, dtype=np.float64)
    smooth = np.exp(-(x**2) / (2 * sigma**2))
    slope = x * smooth
    smooth, slope = smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)

    def amplitude(matte: np.ndarray) -> np.ndarray:
        values = np.asarray(matte, np.float64)
        across = cv2.sepFilter2D(values, cv2.CV_64F, slope, smooth, borderType=cv2.BORDER_REPLICATE)
        down = cv2.sepFilter2D(values, cv2.CV_64F, smooth, slope, borderType=cv2.BORDER_REPLICATE)
        return np.sqrt(across**2 + down**2)

    error = (amplitude(alpha) - amplitude(truth)) ** 2
    if valid is not None:
        error = error[valid]
    return float(error.sum() / 1000) if error.size else float("nan")


def score_matte(
    alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray | None = None, *, boundary_share: float = 0.02
) -> MatteScore:
    """Score a matte.

    >>> score = score_matte(np.array([[0.75, 0.25]]), np.array([[1.0, 0.0]]))
    >>> score.iou, score.mae, score.mse
    (1.0, 0.25, 0.0625)

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
        gradient=gradient_error(alpha, truth, valid),
    )
