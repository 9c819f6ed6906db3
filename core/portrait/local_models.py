"""Local linear models of a matte in the colours of its frame: the guided filter's heart."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Grid:
    """How finely the models are fitted.

    Attributes:
        side: longer side of the fitting grid, px (about; the frame is reduced by a whole number).
        reach: half the side of a model's window, px of the grid.
        noise: variance of colour (0…1 scale) below which it explains nothing.
    """

    side: int
    reach: int
    noise: float


def fit_models(
    guide: np.ndarray, alpha: np.ndarray, wanted: np.ndarray, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """Local linear models alpha ≈ a·RGB + b, by weighted least squares over square windows.

    Args:
        guide: float32 (h, w, 3), RGB 0 to 1.
        alpha: float32 (h, w).
        wanted: uint8 (h, w), nonzero where models are needed.

    Returns:
        Sums over overlapping windows, so that interpolation between cells stays exact: float32 (h, w, 4) of
        (a, b), and float32 (h, w, 3): what to divide those by, the share of alpha's variance that they
        explain, and what to divide that by.
    """
    window = (2 * grid.reach + 1, 2 * grid.reach + 1)
    sure = np.square(np.square(2 * alpha - 1))
    weight = np.float32(0.01) + np.float32(0.99) * sure
    target = np.clip((alpha - 0.1) / 0.8, 0, 1)
    r, g, b = cv2.split(guide)
    wr, wg, wb, wt = r * weight, g * weight, b * weight, target * weight
    first = cv2.blur(cv2.merge([weight, wr, wg, wb]), window)
    cross = cv2.blur(cv2.merge([wt, wt * r, wt * g, wt * b]), window)
    square = cv2.blur(cv2.merge([wr * r, wr * g, wr * b, wg * g]), window)
    rest = cv2.blur(cv2.merge([wg * b, wb * b, wt * target]), window)

    at = np.flatnonzero(cv2.dilate(wanted, np.ones((5, 5), np.uint8)))
    columns = [
        np.take(part.reshape(-1, part.shape[2]), at, axis=0).T for part in (first, cross, square, rest)
    ]
    w = 1 / columns[0][0]
    mr, mg, mb = columns[0][1:] * w
    mt = columns[1][0] * w
    tr, tg, tb = columns[1][1:] * w - mt * np.stack((mr, mg, mb))
    eps = grid.noise
    rr, rg, rb = columns[2][0] * w - mr * mr + eps, columns[2][1] * w - mr * mg, columns[2][2] * w - mr * mb
    gg, gb = columns[2][3] * w - mg * mg + eps, columns[3][0] * w - mg * mb
    bb = columns[3][1] * w - mb * mb + eps
    spread = columns[3][2] * w - mt * mt

    # Symmetric 3×3 systems by cofactors: one pass over arrays instead of a solver call each.
    crr, crg, crb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    cgg, cgb, cbb = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    det = 1 / np.maximum(rr * crr + rg * crg + rb * crb, 1e-20)
    ar = (crr * tr + crg * tg + crb * tb) * det
    ag = (crg * tr + cgg * tg + cgb * tb) * det
    ab = (crb * tr + cgb * tg + cbb * tb) * det
    offset = mt - ar * mr - ag * mg - ab * mb
    share = np.clip((ar * tr + ag * tg + ab * tb) / np.maximum(spread, 1e-6), 0, 1)
    share *= np.clip(spread / 0.02, 0, 1)

    # Better fits speak louder in the sum.
    loud = share * share + np.float32(1e-3)
    sums = np.zeros((alpha.size, 4), np.float32)
    sums[at] = (np.stack((ar, ag, ab, offset)) * loud).T
    norms = np.zeros((alpha.size, 3), np.float32)
    norms[at] = np.stack((loud, share, np.ones_like(share))).T
    near = (5, 5)
    return cv2.blur(sums.reshape(*alpha.shape, 4), near), cv2.blur(norms.reshape(*alpha.shape, 3), near)


def levels(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Stretch low…high to 0…1, clipped."""
    return np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
